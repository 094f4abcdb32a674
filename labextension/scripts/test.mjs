// Bundles test/**/*.test.ts to a temporary folder and runs them with Node's own test runner.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = mkdtempSync(join(tmpdir(), 'ws-notebook-test-'));
const tests = readdirSync(join(root, 'test'), { recursive: true }).filter(name => name.endsWith('.test.ts'));
try {
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: tests.map(name => `test/${name}`),
    outdir: out,
    outbase: 'test',
    outExtension: { '.js': '.cjs' },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    loader: { '.css': 'text' }
  });
  const files = tests.map(name => join(out, name.replace(/\.ts$/, '.cjs')));
  const { status } = spawnSync(process.execPath, ['--test', ...files], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} finally {
  rmSync(out, { recursive: true, force: true });
}

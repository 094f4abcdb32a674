// Bundles the TypeScript with esbuild. Outputs, by name on the command line (none: all):
//   widget  ../ws_notebook/views/static/widget.js, one ESM file: the live run
//   math    ../ws_notebook/views/static/math.js, one more: formulas, for pages without JupyterLab's renderer
//   loader  ../ws_notebook/views/static/loader.js, what anywidget gets with each run: fetches these two
//   panel   ../ws_notebook/views/static/panel.js, one more: the session panel
//   composer  ../ws_notebook/views/static/composer.js, one more: the line of a chat
//   faults  ../ws_notebook/views/static/faults.js, one more: the switch for faults on demand
//   batch   ../ws_notebook/views/static/batch.js, one more: the rows of a batch
//   lib     lib/index.js, the plugins, which jupyter-builder then wraps for JupyterLab
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Imports a style sheet as a minified string: the views add it to the page themselves. */
const cssText = {
  name: 'css-text',
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const { code } = await esbuild.transform(source, { loader: 'css', minify: true });
      return { contents: code.trim(), loader: 'text' };
    });
  }
};

const common = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  target: ['es2022'],
  legalComments: 'inline',
  logLevel: 'warning',
  loader: { '.ipynb': 'text' },
  plugins: [cssText]
};

const outputs = {
  widget: {
    ...common,
    entryPoints: ['src/widgets/run.ts'],
    outfile: '../ws_notebook/views/static/widget.js',
    minify: true
  },
  math: {
    ...common,
    entryPoints: ['src/widgets/math.ts'],
    outfile: '../ws_notebook/views/static/math.js',
    minify: true
  },
  loader: {
    ...common,
    entryPoints: ['src/widgets/loader.ts'],
    outfile: '../ws_notebook/views/static/loader.js',
    minify: true
  },
  panel: {
    ...common,
    entryPoints: ['src/widgets/panel.ts'],
    outfile: '../ws_notebook/views/static/panel.js',
    minify: true
  },
  composer: {
    ...common,
    entryPoints: ['src/widgets/composer.ts'],
    outfile: '../ws_notebook/views/static/composer.js',
    minify: true
  },
  faults: {
    ...common,
    entryPoints: ['src/widgets/faults.ts'],
    outfile: '../ws_notebook/views/static/faults.js',
    minify: true
  },
  batch: {
    ...common,
    entryPoints: ['src/widgets/batch.ts'],
    outfile: '../ws_notebook/views/static/batch.js',
    minify: true
  },
  lib: {
    ...common,
    entryPoints: ['src/index.ts'],
    outfile: 'lib/index.js',
    // The host application provides these; they must stay one instance.
    external: ['@codemirror/*', '@jupyterlab/*', '@lumino/*']
  }
};

const names = process.argv.slice(2);
for (const name of names.length > 0 ? names : Object.keys(outputs)) {
  const options = outputs[name];
  if (options === undefined) {
    throw new Error(`Unknown output "${name}": use ${Object.keys(outputs).join(' or ')}.`);
  }
  await esbuild.build(options);
}

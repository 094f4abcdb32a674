/** A run as an output of a notebook: as it was saved, or as it goes on in the kernel. */

import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { JSONObject } from '@lumino/coreutils';
import { Widget } from '@lumino/widgets';
import { MIME_TYPE, answerOf, callsOf, readRun, type Run } from '../run/bundle';
import type { BrowserMessage } from '../run/messages';
import { __ } from '../texts';
import { formsOf, withRun } from '../view/forms';
import { hostFinish, type RenderMime } from '../view/host';
import { RunView } from '../view/run';
import { Follower } from './follower';
import type { KernelLink } from './link';

/** Milliseconds in which another page of a shared notebook replaces the output of an ended run. */
const REPLACED_LATE = 2000;

/** The host keeps one instance while the output is updated. */
export class RenderedRun extends Widget implements IRenderMime.IRenderer {
  private readonly ended = new AbortController();
  private readonly saved: RunView;
  private model: IRenderMime.IMimeModel | null = null;
  private follower: Follower | null = null;
  /** The ended run whose kernel is listened to, for its frames. */
  private heard: { view: string; link: KernelLink } | null = null;

  constructor(
    private readonly rendermime: RenderMime,
    private readonly link: () => KernelLink | null,
    private readonly writes: () => boolean
  ) {
    super();
    this.addClass('wsn-output');
    this.saved = new RunView({
      finish: hostFinish(rendermime),
      signal: this.ended.signal,
      send: null,
      inspect: message => this.inspect(message)
    });
  }

  /** Ask the kernel that made the run, if it is still there. */
  private inspect(message: BrowserMessage): void {
    const link = this.link();
    const view = readRun(this.model?.data[MIME_TYPE])?.view ?? '';
    if (link === null || view === '') {
      return;
    }
    if (this.heard?.view !== view || this.heard.link !== link) {
      this.heard = { view, link };
      link.listen(view, answer => this.saved.tell(answer), this.ended.signal);
    }
    link.send(view, message);
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this.model = model;
    const run = readRun(model.data[MIME_TYPE]);
    if (run === null) {
      this.node.textContent = __('This output holds no run that can be read.');
      return;
    }
    if (run.status === 'in_progress' && this.follow(run)) {
      return;
    }
    if (this.follower !== null && this.follower.finish(run)) {
      this.link()?.send(run.view, { kind: 'kept' });
      await this.follower.rendered();
      return;
    }
    this.follower?.end();
    this.follower = null;
    this.showSaved(run);
    await this.saved.rendered();
  }

  override dispose(): void {
    this.ended.abort();
    this.follower?.end();
    super.dispose();
  }

  /** Show it as it goes on. False: there is no kernel that could tell. */
  private follow(run: Run): boolean {
    const link = this.link();
    if (run.view === '' || link === null || this.isDisposed) {
      return false;
    }
    if (this.follower === null || !this.follower.follows(run.view, link)) {
      this.follower?.end();
      this.follower = new Follower(run, link, this.rendermime, {
        show: node => this.node.replaceChildren(node),
        lost: () => this.showSaved(run),
        keep: data => this.keep(run.view, data),
        broken: ended => this.keep(ended.view, this.dataWith(ended))
      });
    }
    return true;
  }

  private showSaved(run: Run): void {
    this.saved.update(run, null);
    this.node.replaceChildren(this.saved.node);
  }

  /** There is a link to the kernel now: follow what goes on. */
  redraw(): void {
    if (this.follower === null && this.model !== null && !this.isDisposed) {
      void this.renderModel(this.model);
    }
  }

  /** Have the notebook hold what is shown, which is newer than what the kernel last put there. */
  keepPresent(): void {
    const run = this.follower?.run ?? null;
    if (run !== null && run.status === 'in_progress' && this.model !== null && this.writes()) {
      const { data } = this.model;
      const isOlder = told(readRun(data[MIME_TYPE])) !== told(run);
      this.model.setData({ data: isOlder ? this.dataWith(run) : { ...data, [MIME_TYPE]: written(run) } });
    }
  }

  /** What the output holds, with this run in all forms. */
  private dataWith(run: Run): IRenderMime.IMimeModel['data'] {
    return withRun(this.model?.data ?? {}, MIME_TYPE, written(run), formsOf(run));
  }

  /** Put the final forms into the notebook, where the kernel could not: this page may not know the display. */
  private keep(view: string, data: IRenderMime.IMimeModel['data']): void {
    const held = readRun(this.model?.data[MIME_TYPE]);
    if (held?.view !== view || held.status !== 'in_progress' || this.isDisposed) {
      return;
    }
    if (this.writes()) {
      this.model?.setData({ data });
    } else {
      // The page that writes may be about to, or may be gone.
      setTimeout(() => this.keep(view, data), REPLACED_LATE);
    }
  }
}

/** A run as the notebook holds it, without what is only known when it has ended. */
function written({ frames: _frames, ...run }: Run): JSONObject {
  const turns = run.turns.map(({ growth: _growth, ...turn }) => turn);
  return { ...run, turns } as unknown as JSONObject;
}

/** What a run tells, but for its times: where that is the same, forms of it say the same. */
function told(run: Run | null): string {
  return run === null ? '' : JSON.stringify([answerOf(run), callsOf(run).map(call => [call.status, call.output])]);
}

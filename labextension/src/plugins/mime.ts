/** Draws runs in JupyterLab and Notebook 7: saved ones with no kernel, those that go on from the kernel's messages. */

import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator } from '@jupyterlab/translation';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { IPlugin } from '@lumino/application';
import type { JSONObject } from '@lumino/coreutils';
import { Widget } from '@lumino/widgets';
import { MIME_TYPE, answerOf, callsOf, type BrowserMessage, type Run } from '../run/bundle';
import { withRun, type Ending } from '../run/ending';
import { formsOf } from '../view/forms';
import type { KernelLink } from '../kernel/link';
import { LiveRun, drawLive } from '../run/live';
import { followNotebooks, type LinkedNotebook } from '../kernel/notebooks';
import { fields, isFields, readRun } from '../run/read';
import { DOMAIN, offerTexts } from '../texts';
import { offerFigures } from '../view/figures';
import { hostMarkdown, type RenderMime } from '../view/host';
import type { Figure } from '../view/plotly';
import { RunView } from '../view/run';
import { __ } from '../view/say';

/** Before text/html, whose rank is 50. */
const RANK = 0;
/** Before the widgets, whose rank is -10: a widget's model may be gone when a notebook is opened again. */
const RANK_IN_NOTEBOOKS = -20;
/** Milliseconds in which the kernel replaces the output of an ended run by itself, where the page knows its display. */
const REPLACED_SOON = 700;

/** The same where another page of a shared notebook replaces it. */
const REPLACED_LATE = 2000;

/** Milliseconds after which a kernel that has not told of a run is taken for one that does not know it. */
const UNKNOWN_AFTER = 3000;

/** A run as an output. The host keeps one instance while the output is updated. */
class RenderedRun extends Widget implements IRenderMime.IRenderer {
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
      markdown: hostMarkdown(rendermime),
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

interface Output {
  /** Put the live view in the output. */
  show(node: HTMLElement): void;
  /** The kernel does not know the run. */
  lost(): void;
  /** The kernel has ended: the run stays as it is here. */
  broken(run: Run): void;
  /** The run has ended: these are its final forms. */
  keep(data: IRenderMime.IMimeModel['data']): void;
}

/** Keeps one view of a run up to date over a link. */
class Follower {
  private readonly ended = new AbortController();
  private readonly live: LiveRun;
  private readonly view: RunView;
  private fetching = false;
  /** Ends when the final form is there: what the kernel still tells then is only what it is asked. */
  private readonly going = new AbortController();

  constructor(
    private readonly first: Run,
    private readonly link: KernelLink,
    rendermime: RenderMime,
    private readonly output: Output
  ) {
    const { signal } = this.ended;
    this.live = new LiveRun(first, message => link.send(first.view, message));
    this.view = new RunView({ markdown: hostMarkdown(rendermime), signal, send: message => this.live.send(message) });
    link.listen(first.view, message => this.receive(message), signal);
    link.ended.addEventListener('abort', () => this.breakOff(link.ended.reason as Ending), { signal });
    drawLive(this.live, this.view, this.going.signal, run => this.painted(run));
    output.show(this.view.node);
    this.live.ask();
    this.awaitNews();
  }

  /** A kernel that is idle and says nothing does not know the run. */
  private awaitNews(): void {
    this.after(UNKNOWN_AFTER, () => {
      if (this.live.clock !== null) {
        return;
      }
      if (this.link.isBusy) {
        this.awaitNews();
      } else {
        this.output.lost();
      }
    });
  }

  get run(): Run | null {
    return this.live.clock === null ? null : this.live.run;
  }

  follows(view: string, link: KernelLink): boolean {
    return this.first.view === view && this.link === link;
  }

  end(): void {
    this.live.rest();
    this.going.abort();
    this.ended.abort();
  }

  /** Go on with the run's final form, in the same view: what the reader opened stays open. False: it is of another run. */
  finish(run: Run): boolean {
    if (this.live.clock === null || run.view !== this.first.view) {
      return false;
    }
    this.going.abort();
    this.view.update(run, null);
    return true;
  }

  rendered(): Promise<void> {
    return this.view.rendered();
  }

  private receive(message: unknown): void {
    const data = fields(message);
    if (data['kind'] === 'gone') {
      this.live.rest();
      this.output.lost();
    } else if (data['kind'] === 'forms' && isFields(data['data'])) {
      this.output.keep(data['data'] as IRenderMime.IMimeModel['data']);
    } else if (this.going.signal.aborted) {
      this.view.tell(message);
    } else {
      this.live.receive(message);
    }
  }

  private breakOff(ending: Ending): void {
    this.live.end(ending);
    this.view.setAlone(true);
    const { run } = this;
    if (run === null) {
      this.output.lost();
      return;
    }
    this.view.update(run, null);
    this.output.broken(run);
  }

  private painted(run: Run): void {
    if (this.live.clock !== null && !this.view.node.isConnected) {
      this.output.show(this.view.node);
    }
    if (run.status !== 'in_progress' && !this.fetching && !this.live.alone) {
      this.fetching = true;
      this.after(REPLACED_SOON, () => this.link.send(this.first.view, { kind: 'forms' }));
    }
  }

  private after(ms: number, act: () => void): void {
    const timer = setTimeout(act, ms);
    this.ended.signal.addEventListener('abort', () => clearTimeout(timer));
  }
}

/** Everything in a bundle is shown as text or sanitised, so an untrusted notebook shows it too. */
function factory(registry: IRenderMimeRegistry, notebook: LinkedNotebook | null): IRenderMime.IRendererFactory {
  return {
    safe: true,
    mimeTypes: [MIME_TYPE],
    createRenderer: ({ resolver, linkHandler }) => {
      const rendermime = registry.clone({
        ...(resolver === null ? {} : { resolver }),
        ...(linkHandler === null ? {} : { linkHandler })
      });
      const output = new RenderedRun(rendermime, () => notebook?.link ?? null, () => notebook?.writes ?? true);
      if (notebook !== null) {
        const keep = (): void => output.keepPresent();
        const redraw = (): void => output.redraw();
        notebook.saving.connect(keep);
        notebook.linked.connect(redraw);
        output.disposed.connect(() => {
          notebook.saving.disconnect(keep);
          notebook.linked.disconnect(redraw);
        });
      }
      return output;
    }
  };
}

const PLOTLY = 'application/vnd.plotly.v1+json';

/** Have JupyterLab's renderer of plotly figures draw one. */
function drawFigure(rendermime: IRenderMimeRegistry, { data, layout }: Figure, into: HTMLElement): () => void {
  const renderer = rendermime.createRenderer(PLOTLY);
  const spec = { data, layout: { ...layout, width: undefined, height: undefined, autosize: true }, config: { responsive: true } };
  const model = rendermime.createModel({ data: { [PLOTLY]: JSON.parse(JSON.stringify(spec)) as JSONObject }, trusted: true });
  Widget.attach(renderer, into);
  renderer.renderModel(model).catch((reason: unknown) => {
    console.warn('ws-notebook: a figure could not be drawn', reason);
  });
  return () => renderer.dispose();
}

export const mimePlugin: IPlugin<unknown, void> = {
  id: 'ws-notebook:mime',
  description: 'Draws runs.',
  autoStart: true,
  requires: [IRenderMimeRegistry],
  optional: [INotebookTracker, ITranslator],
  activate: (
    _app: unknown,
    rendermime: IRenderMimeRegistry,
    tracker: INotebookTracker | null,
    translator: ITranslator | null
  ) => {
    if (translator !== null) {
      offerTexts(translator.load(DOMAIN));
    }
    rendermime.addFactory(factory(rendermime, null), RANK);
    offerFigures(() => (rendermime.getFactory(PLOTLY) === undefined ? null : (figure, into) => drawFigure(rendermime, figure, into)));
    if (tracker !== null) {
      followNotebooks(tracker, (panel, notebook) => {
        panel.content.rendermime.addFactory(factory(rendermime, notebook), RANK_IN_NOTEBOOKS);
      });
    }
  }
};

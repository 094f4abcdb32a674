/** The replay of a finished run, with its bar: play or drag, and the run appears as it did. */

import type { Run } from '../run/bundle';
import { __ } from '../texts';
import { element, setAttribute, setText, show } from './dom';
import { moment } from './format';
import { keepPlainKeys } from './keys';

const SPEEDS = [0.25, 0.5, 1, 2, 5, 10];
/** The steps of the slider. */
const STEPS = 1000;
/** Frames a second of a replay, and of one for readers who asked for less motion. */
const RATE = 30;
const CALM_RATE = 2;

export class Replayer {
  readonly node = element('div', { class: 'wsn-replay', role: 'group', hidden: '' });
  private readonly play = element('button', { class: 'wsn-button wsn-play', type: 'button' });
  private readonly slider = element('input', { class: 'wsn-slider', type: 'range', min: '0', max: String(STEPS), step: '1' });
  private readonly time = element('span', { class: 'wsn-replay-time' });
  private readonly speed = element('select', { class: 'wsn-speed' });
  private run: Run | null = null;
  private at = 0;
  private timer: ReturnType<typeof setInterval> | null = null;

  /**
   * `onMode` is told when a replay begins, before anything moves, and when it ends. `onMove` is told the moment to show,
   * in milliseconds; at the run's duration it is whole again.
   */
  constructor(
    private readonly onMode: (on: boolean) => void,
    private readonly onMove: (ms: number) => void,
    signal: AbortSignal
  ) {
    this.node.setAttribute('aria-label', __('Replay'));
    this.slider.setAttribute('aria-label', __('Moment of the run'));
    this.speed.setAttribute('aria-label', __('Speed of the replay'));
    this.speed.append(...SPEEDS.map(speed => element('option', { value: String(speed), text: `${speed}×` })));
    this.speed.value = '1';
    this.node.append(this.play, this.slider, this.time, this.speed);
    this.play.addEventListener('click', () => this.playOrPause(), { signal });
    this.slider.addEventListener('input', () => this.onSlide(), { signal });
    this.node.addEventListener('keydown', event => this.onKey(event), { signal });
    this.node.addEventListener('keydown', keepPlainKeys, { signal });
    signal.addEventListener('abort', () => this.pause());
    this.drawButton();
  }

  get playing(): boolean {
    return this.timer !== null;
  }

  /** A replay is on: the bar is there. */
  get on(): boolean {
    return !this.node.hidden;
  }

  /** The run that can be replayed, or null. */
  offer(run: Run | null): void {
    if (run === this.run) {
      return;
    }
    this.end();
    this.run = run;
    this.at = run?.duration_ms ?? 0;
    this.draw();
  }

  /** Begin a replay from the start, or end the one that is on. */
  toggle(): void {
    if (this.on) {
      this.end();
    } else if (this.run !== null) {
      this.onMode(true);
      show(this.node, true);
      this.move(0);
      this.start(this.run.duration_ms);
    }
  }

  /** The run is whole again. */
  end(): void {
    if (this.on) {
      this.pause();
      this.move(this.run?.duration_ms ?? 0);
      show(this.node, false);
      this.onMode(false);
    }
  }

  /** Play from where it stands, or from the start where it is at the end. */
  private playOrPause(): void {
    if (this.playing) {
      this.pause();
    } else if (this.run !== null) {
      this.start(this.run.duration_ms);
    }
  }

  private start(duration: number): void {
    if (this.at >= duration) {
      this.move(0);
    }
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    let before = performance.now();
    this.timer = setInterval(
      () => {
        const now = performance.now();
        const next = this.at + (now - before) * Number(this.speed.value);
        before = now;
        this.move(Math.min(next, duration));
        if (next >= duration) {
          this.pause();
        }
      },
      1000 / (calm ? CALM_RATE : RATE)
    );
    this.drawButton();
  }

  private pause(): void {
    if (this.timer !== null) {
      clearInterval(this.timer);
      this.timer = null;
    }
    this.drawButton();
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key === ' ' && event.target === this.slider) {
      event.preventDefault();
      this.playOrPause();
    } else if (event.key === 'Escape') {
      event.stopPropagation();
      this.end();
    }
  }

  private onSlide(): void {
    const duration = this.run?.duration_ms ?? 0;
    this.pause();
    this.move((Number(this.slider.value) / STEPS) * duration);
  }

  private move(ms: number): void {
    this.at = ms;
    this.draw();
    this.onMove(ms);
  }

  private draw(): void {
    const duration = this.run?.duration_ms ?? 0;
    const share = duration > 0 ? this.at / duration : 1;
    this.slider.value = String(Math.round(share * STEPS));
    this.slider.style.setProperty('--wsn-done', `${share * 100}%`);
    setAttribute(this.slider, 'aria-valuetext', moment(this.at, duration));
    setText(this.time, moment(this.at, duration));
  }

  private drawButton(): void {
    setText(this.play, this.playing ? __('Pause') : __('Play'));
  }
}

/** What a page knows of a kernel's sessions: asked for while somebody looks, and kept up to date by numbered messages. */

import type { JSONObject } from '@lumino/coreutils';
import { endedNews, NO_NEWS, readNews, takeNews, type News } from './news';

export interface WatchHost {
  /** Whether somebody looks. */
  looks(): boolean;
  send(message: JSONObject): void;
  /** The kernel has told of its sessions. */
  changed(): void;
  /** It says why it could not do what was asked. */
  noticed(words: string): void;
}

export class Watch {
  /** Names this page among the front ends of the kernel. Not by `randomUUID`, which a page on plain http lacks. */
  private readonly client = String(crypto.getRandomValues(new Uint32Array(4)));
  private known: News = NO_NEWS;

  constructor(private readonly host: WatchHost) {}

  /** What the kernel told; nothing where it has no session. */
  get news(): News {
    return this.known;
  }

  /** Say whether somebody looks, as that has changed. */
  tell(): void {
    if (this.host.looks()) {
      this.ask();
    } else {
      this.leave();
    }
  }

  /** Ask for everything, if somebody looks. */
  ask(): void {
    if (this.host.looks()) {
      this.host.send({ kind: 'watch', client: this.client });
    }
  }

  /** Ask for everything, and take nothing in before that: something may have been missed. */
  askAnew(): void {
    this.known = { ...this.known, seq: null };
    this.ask();
  }

  /** Say that somebody still looks, if so. */
  stay(): void {
    if (this.host.looks()) {
      this.host.send({ kind: 'watch', client: this.client, here: true });
    }
  }

  /** Say that nobody looks. */
  leave(): void {
    this.host.send({ kind: 'unwatch', client: this.client });
  }

  /** The kernel is gone, and what it knew. */
  forget(): void {
    this.known = NO_NEWS;
  }

  /** The kernel is gone; what it told last stays, and stands. */
  end(): void {
    this.known = endedNews(this.known, Date.now());
  }

  receive(content: unknown): void {
    const message = readNews(content);
    if (message === null) {
      return;
    }
    if (message.kind === 'who_is_there') {
      this.stay();
    }
    const next = takeNews(this.known, message, Date.now());
    if (next === null) {
      if (this.known.seq !== null) {
        this.askAnew();
      }
      return;
    }
    this.known = next;
    if (message.kind === 'notice') {
      this.host.noticed(message.text);
    } else if (message.kind === 'sessions') {
      this.host.changed();
    }
  }
}

const NEVER = { at_ms: [], length: [] };

/** A finished run of two turns with one call, as plain JSON, for the tests. */
export function sampleRun(): Record<string, unknown> {
  return {
    version: 1,
    id: 'r7',
    status: 'completed',
    prompt: 'How many people live in Paris?',
    source: '3610a686-5',
    images: [],
    notes: [],
    parent: 'r6',
    format: '',
    session: { provider: 'local', model: 'demo', transport: 'websocket', note: 'embedded server: a script, no AI', address: '', profile: '' },
    started: '2026-11-21T02:18:00.123Z',
    duration_ms: 1500,
    text: 'About two million.',
    usage: { input_tokens: 812, cached_tokens: 12, output_tokens: 187, reasoning_tokens: 3 },
    bytes: { sent: 1900, received: 55000, full_context: 21000 },
    error: null,
    stopped: '',
    reason: '',
    turns: [
      {
        id: 'r7.1',
        response_id: 'resp_1',
        status: 'completed',
        start_ms: 0,
        end_ms: 800,
        spans: [
          ['connect', 0, 3],
          ['wait', 3, 700],
          ['text', 700, 800]
        ],
        text: '',
        reasoning: '',
        recovered: '',
        faults: [],
        retry_at_ms: null,
        lane: null,
        usage: null,
        bytes_sent: 812,
        bytes_full_context: 812,
        tokens_per_second: null,
        error: null,
        calls: [
          {
            call_id: 'call_1',
            name: 'population',
            arguments: '{"city": "Paris"}',
            status: 'completed',
            start_ms: 770,
            end_ms: 1020,
            spans: [
              ['queued', 770, 780],
              ['tool', 780, 1020]
            ],
            output: '2103000',
            error: null,
            images: [{ url: 'data:image/png;base64,AA==', caption: 'PNG 2 × 1, 67 B' }],
            exhibits: [
              { kind: 'table', cells: 'town\tpeople\nParis\t2103000', head: 1, index: 0, rows: 1000, columns: 2 },
              { kind: 'plotly', words: 'plotly figure: bar', figure: '{"data":[{"type":"bar","y":[1]}],"layout":{}}' }
            ],
            approval: null,
            note: '',
            progress: null
          }
        ],
        items: [],
        growth: { text: NEVER, reasoning: NEVER },
        citations: []
      },
      {
        id: 'r7.2',
        response_id: 'resp_2',
        status: 'completed',
        start_ms: 1020,
        end_ms: 1500,
        spans: [['text', 1020, 1500]],
        text: 'About two million.',
        reasoning: '',
        recovered: '',
        faults: [],
        retry_at_ms: null,
        lane: null,
        usage: null,
        bytes_sent: 1088,
        bytes_full_context: 20188,
        tokens_per_second: 214,
        error: null,
        calls: [],
        items: [],
        growth: { text: NEVER, reasoning: NEVER },
        citations: []
      }
    ],
    frames: [],
    view: ''
  };
}

/** What the server has done and refused. All numbers only grow, except those of `now`. */
export interface ServerCounters {
  requests: number;
  /** By the first digit of the answer's status: [2] counts 200 to 299. */
  readonly answers: number[];
  /** Without a token, or with a wrong one. */
  unauthorised: number;
  /** With a role that may not do that. */
  forbidden: number;
  /** Refused because they came too fast. */
  limited: number;
  /** Refused for a foreign `Host`, or because another site's page asked. */
  foreign: number;
}

export function emptyServerCounters(): ServerCounters {
  return { requests: 0, answers: [0, 0, 0, 0, 0, 0], unauthorised: 0, forbidden: 0, limited: 0, foreign: 0 };
}

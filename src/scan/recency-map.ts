/**
 * A map that knows which entry was put in longest ago. A plain Map remembers the order, too, but takes the longer to find its
 * first entry the more were deleted before it, and that is just what a flood makes us do.
 */
export class RecencyMap<Value> {
  readonly #nodes = new Map<string, Node<Value>>();
  /** A ring: `next` is the oldest, `previous` the newest. */
  readonly #ends: Node<Value>;

  constructor() {
    const ends = { key: '', value: undefined as Value } as Node<Value>;
    ends.next = ends;
    ends.previous = ends;
    this.#ends = ends;
  }

  get size(): number {
    return this.#nodes.size;
  }

  get(key: string): Value | undefined {
    return this.#nodes.get(key)?.value;
  }

  /** Puts it in as the newest, whether it was there or not. */
  set(key: string, value: Value): void {
    let node = this.#nodes.get(key);
    if (node) {
      unlink(node);
      node.value = value;
    } else {
      node = { key, value } as Node<Value>;
      this.#nodes.set(key, node);
    }
    node.next = this.#ends;
    node.previous = this.#ends.previous;
    node.previous.next = node;
    this.#ends.previous = node;
  }

  delete(key: string): void {
    const node = this.#nodes.get(key);
    if (!node) return;
    this.#nodes.delete(key);
    unlink(node);
  }

  oldest(): { readonly key: string; readonly value: Value } | undefined {
    return this.#nodes.size === 0 ? undefined : this.#ends.next;
  }
}

interface Node<Value> {
  readonly key: string;
  value: Value;
  previous: Node<Value>;
  next: Node<Value>;
}

function unlink<Value>(node: Node<Value>): void {
  node.previous.next = node.next;
  node.next.previous = node.previous;
}

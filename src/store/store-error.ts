/** The store cannot do what it was asked. The message says in plain words what is wrong and what to do next. */

export type StoreFault =
  /** The file or the connection cannot be used at all. */
  | 'cannot-open'
  /** A file, but not a store of Trespass. */
  | 'foreign'
  /** Made by a newer Trespass. */
  | 'newer'
  /** Broken or cut short. */
  | 'damaged'
  /** Another process writes for longer than we wait. */
  | 'locked'
  | 'read-only'
  | 'disk-full'
  /** What was asked makes no sense: no address, no cursor of ours. */
  | 'bad-question'
  /** Anything else that the database reports. */
  | 'failed';

export class StoreError extends Error {
  readonly fault: StoreFault;

  constructor(fault: StoreFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }
}

/** What is used of https://webassembly.github.io/spec/js-api/: TypeScript knows it only together with the DOM. */
declare namespace WebAssembly {
  class Memory {
    constructor(descriptor: { readonly initial: number; readonly maximum: number; readonly shared: true });
    readonly buffer: SharedArrayBuffer;
  }
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {
    constructor(
      module: Module,
      imports: Readonly<Record<string, Readonly<Record<string, Memory | ((...values: number[]) => void)>>>>,
    );
    readonly exports: Readonly<Record<string, unknown>>;
  }
}

/** As far as it is used; TypeScript has it among what browsers have. */
interface Api {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}

/** Makes instances of a compiled program without imports, each with memory of its own; `code` is in base64. */
export function instances<Exports>(code: string): () => Exports {
  const { Module, Instance } = (globalThis as unknown as { readonly WebAssembly: Api }).WebAssembly;
  let compiled: object | undefined;
  return () => {
    compiled ??= new Module(Buffer.from(code, "base64"));
    return new Instance(compiled).exports as Exports;
  };
}

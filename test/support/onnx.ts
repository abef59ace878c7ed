// Writes ONNX files: the few messages of onnx.proto that a small float model takes.

export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

interface OnnxNode {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
}

interface OnnxModel {
  /** Names of inputs of 64-bit integers, a batch of sequences each. */
  readonly inputs: readonly string[];
  readonly nodes: readonly OnnxNode[];
  /** Weights: floats, or 64-bit integers where the node asks for them. */
  readonly floats: readonly OnnxTensor[];
  readonly integers: readonly OnnxTensor[];
  /** Name of the output, floats for each class. */
  readonly output: string;
}

const FLOAT = 1;
const INT64 = 7;
/** Before it Unsqueeze had no input for its axes. */
const OPSET = 13;

/** An ONNX file (onnx.proto, ModelProto). */
export function onnxFile({ inputs, nodes, floats, integers, output }: OnnxModel): Buffer {
  const graph = message(
    ...nodes.map((node) => field(1, nodeProto(node))),
    text(2, "graph"),
    ...floats.map((tensor) => field(5, tensorProto(tensor, FLOAT))),
    ...integers.map((tensor) => field(5, tensorProto(tensor, INT64))),
    ...inputs.map((name) => field(11, valueInfo(name, INT64, ["batch", "length"]))),
    field(12, valueInfo(output, FLOAT, ["batch", "classes"])),
  );
  return message(integer(1, 8), text(2, "test"), field(7, graph), field(8, message(text(1, ""), integer(2, OPSET))));
}

function nodeProto({ type, inputs, output, attributes = {} }: OnnxNode): Buffer {
  return message(
    ...inputs.map((name) => text(1, name)),
    text(2, output),
    text(4, type),
    ...Object.entries(attributes).map(([name, value]) =>
      typeof value === "number"
        ? field(5, message(text(1, name), integer(3, value), integer(20, 2)))
        : field(5, message(text(1, name), ...value.map((one) => integer(8, one)), integer(20, 7))),
    ),
  );
}

function tensorProto({ name, shape, values }: OnnxTensor, type: number): Buffer {
  const raw = type === FLOAT ? new Float32Array(values) : BigInt64Array.from(values, BigInt);
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  return message(...shape.map((size) => integer(1, size)), integer(2, type), text(8, name), field(9, bytes));
}

function valueInfo(name: string, type: number, dimensions: readonly string[]): Buffer {
  const shape = message(...dimensions.map((dimension) => field(1, text(2, dimension))));
  return message(text(1, name), field(2, field(1, message(integer(1, type), field(2, shape)))));
}

function message(...fields: readonly Buffer[]): Buffer {
  return Buffer.concat(fields);
}

/** Wire type 2: the length goes ahead. */
function field(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
}

function text(number: number, value: string): Buffer {
  return field(number, Buffer.from(value));
}

function integer(number: number, value: number): Buffer {
  return Buffer.concat([varint(number << 3), varint(value)]);
}

/** Negative numbers take ten bytes, as two's complement of 64 bits. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return Buffer.from(bytes);
}

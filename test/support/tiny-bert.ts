import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type OnnxTensor, onnxFile } from "./onnx.ts";
import { Random } from "./random.ts";

// A classifier of BERT's shape: embeddings, one layer of attention, a pooler over [CLS], two classes. It knows ten words.

const WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "good", "bad", "movie", "##s", "!"];
const WIDTH = 8;
const LABELS = ["NEGATIVE", "POSITIVE"];

type Matrix = readonly (readonly number[])[];

/** Numbers of 32 bits between -1 and 1, always the same. */
function weights(name: string, rows: number, columns: number, random: Random): OnnxTensor {
  const values = Array.from({ length: rows * columns }, () => Math.fround((random.below(2001) - 1000) / 1000));
  return { name, shape: [rows, columns], values };
}

interface Weights {
  readonly words: OnnxTensor;
  readonly types: OnnxTensor;
  readonly query: OnnxTensor;
  readonly key: OnnxTensor;
  readonly pooler: OnnxTensor;
  readonly classes: OnnxTensor;
}

function makeWeights(): Weights {
  const random = new Random(8);
  return {
    words: weights("words", WORDS.length, WIDTH, random),
    types: weights("types", 2, WIDTH, random),
    query: weights("query", WIDTH, WIDTH, random),
    key: weights("key", WIDTH, WIDTH, random),
    pooler: weights("pooler", WIDTH, WIDTH, random),
    classes: weights("classes", WIDTH, LABELS.length, random),
  };
}

/** Writes model.onnx, tokenizer.json and config.json into a folder. */
export function writeTinyBert(folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "model.onnx"), model());
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(tokenizer()));
  writeFileSync(join(folder, "config.json"), JSON.stringify({ id2label: Object.fromEntries(LABELS.entries()) }));
}

function model(): Buffer {
  const node = (type: string, output: string, ...inputs: string[]) => ({ type, inputs, output });
  return onnxFile({
    inputs: ["input_ids", "attention_mask", "token_type_ids"],
    nodes: [
      node("Gather", "of_words", "words", "input_ids"),
      node("Gather", "of_types", "types", "token_type_ids"),
      node("Add", "x", "of_words", "of_types"),
      node("MatMul", "q", "x", "query"),
      node("MatMul", "k", "x", "key"),
      { ...node("Transpose", "k_turned", "k"), attributes: { perm: [0, 2, 1] } },
      node("MatMul", "scores", "q", "k_turned"),
      { ...node("Cast", "seen", "attention_mask"), attributes: { to: 1 } },
      node("Sub", "hidden", "seen", "one"),
      node("Mul", "far", "hidden", "large"),
      node("Unsqueeze", "bias", "far", "axis"),
      node("Add", "masked", "scores", "bias"),
      { ...node("Softmax", "shares", "masked"), attributes: { axis: -1 } },
      node("MatMul", "context", "shares", "x"),
      node("Add", "y", "x", "context"),
      { ...node("Gather", "first", "y", "zero"), attributes: { axis: 1 } },
      node("MatMul", "pooled", "first", "pooler"),
      node("Tanh", "bent", "pooled"),
      node("MatMul", "logits", "bent", "classes"),
    ],
    floats: [
      ...Object.values(makeWeights()),
      { name: "one", shape: [], values: [1] },
      { name: "large", shape: [], values: [10_000] },
    ],
    integers: [
      { name: "axis", shape: [1], values: [1] },
      { name: "zero", shape: [], values: [0] },
    ],
    output: "logits",
  });
}

/** As `tokenizers` keeps a WordPiece vocabulary without case. */
function tokenizer(): unknown {
  const [cls, sep] = ["[CLS]", "[SEP]"].map((word) => [word, WORDS.indexOf(word)] as const);
  return {
    version: "1.0",
    normalizer: {
      type: "BertNormalizer",
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: { type: "BertProcessing", sep, cls },
    model: {
      type: "WordPiece",
      unk_token: "[UNK]",
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(WORDS.map((word, id) => [word, id])),
    },
  };
}

/** What the model has to answer for these pieces between [CLS] and [SEP], computed here. */
export function tinyBertAnswer(pieces: readonly string[]): { readonly label: string; readonly score: number } {
  const { words, types, query, key, pooler, classes } = makeWeights();
  const rows = ["[CLS]", ...pieces, "[SEP]"].map((piece) => table(words)[WORDS.indexOf(piece)] ?? []);
  const x = rows.map((row) => row.map((value, at) => value + (types.values[at] ?? 0)));
  const keys = product(x, table(key));
  const attention = product(x, table(query)).map((q) => softmax(keys.map((k) => dot(q, k))));
  const context = product(attention, x);
  const first = (x[0] ?? []).map((value, at) => value + (context[0]?.[at] ?? 0));
  const [pooled = []] = product([first], table(pooler));
  const [logits = []] = product([pooled.map(Math.tanh)], table(classes));
  const odds = softmax(logits);
  const score = Math.max(...odds);
  return { label: LABELS[odds.indexOf(score)] ?? "", score };
}

function table({ shape, values }: OnnxTensor): Matrix {
  const [rows = 0, columns = 0] = shape;
  return Array.from({ length: rows }, (_, row) => values.slice(row * columns, (row + 1) * columns));
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
}

function product(a: Matrix, b: Matrix): Matrix {
  const columns = (b[0] ?? []).map((_, at) => b.map((row) => row[at] ?? 0));
  return a.map((row) => columns.map((column) => dot(row, column)));
}

function softmax(values: readonly number[]): readonly number[] {
  const powers = values.map((value) => Math.exp(value - Math.max(...values)));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

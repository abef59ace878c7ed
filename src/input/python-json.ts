/** What Python's `json.dumps(…, sort_keys=True)` writes between items and behind names. */
export interface JsonStyle {
  readonly item: string;
  readonly name: string;
}

export const PYTHON_DEFAULT: JsonStyle = { item: ", ", name: ": " };
export const PYTHON_COMPACT: JsonStyle = { item: ",", name: ":" };

/**
 * The text that Python's `json.dumps` writes of a TOML value, names sorted by code point: whole numbers come as bigint,
 * a number is a float. Undefined where Python refuses: dates.
 */
export function pythonJson(value: unknown, style: JsonStyle): string | undefined {
  switch (typeof value) {
    case "string":
      return pythonString(value);
    case "bigint":
      return value.toString();
    case "number":
      return pythonFloat(value);
    case "boolean":
      return value ? "true" : "false";
    default:
      if (value === null) return "null";
      if (Array.isArray(value))
        return bracketed(
          "[",
          value.map((item: unknown) => pythonJson(item, style)),
          "]",
          style,
        );
      return typeof value === "object" && !(value instanceof Date) ? pythonObject(value, style) : undefined;
  }
}

function pythonObject(value: object, style: JsonStyle): string | undefined {
  const members = Object.entries(value)
    .sort(([a], [b]) => compareCodePoints(a, b))
    .map(([name, member]: [string, unknown]) => {
      const text = pythonJson(member, style);
      return text === undefined ? undefined : pythonString(name) + style.name + text;
    });
  return bracketed("{", members, "}", style);
}

function bracketed(
  open: string,
  items: readonly (string | undefined)[],
  close: string,
  style: JsonStyle,
): string | undefined {
  return items.includes(undefined) ? undefined : open + items.join(style.item) + close;
}

function compareCodePoints(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const order = (left[index]?.codePointAt(0) ?? 0) - (right[index]?.codePointAt(0) ?? 0);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/** `ensure_ascii`: everything beyond the printable ASCII characters is escaped. */
function pythonString(text: string): string {
  return JSON.stringify(text).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** `repr` of a float: the shortest digits, in exponents from 1e16 and below 1e-4. */
function pythonFloat(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  if (Object.is(value, -0)) return "-0.0";
  const [digits = "", exponent = "0"] = value.toExponential().split("e");
  const power = Number(exponent);
  if (value !== 0 && (power < -4 || power >= 16)) {
    return `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
  }
  const text =
    power >= 0 ? value.toFixed(Math.max(1, fraction(digits) - power)) : value.toFixed(fraction(digits) - power);
  return text;
}

function fraction(digits: string): number {
  return digits.includes(".") ? digits.length - digits.indexOf(".") - 1 : 0;
}

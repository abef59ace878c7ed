/** Packages that come as sources in C alone, and what their own documentation names for those who want wheels. */
const DROP_INS: ReadonlyMap<string, string> = new Map([
  ["psycopg-c", "psycopg-binary"],
  ["psycopg2", "psycopg2-binary"],
  // Says of itself that it takes the other's place.
  ["pycrypto", "pycryptodome"],
  ["pysqlite3", "pysqlite3-binary"],
]);

/** `hint` of what to do for want of a wheel, with the package of the same modules that has wheels before it. */
export function orDropIn(name: string, hint: string): string {
  const other = DROP_INS.get(name);
  return other === undefined ? hint : `ask for ${other}, which has wheels and the same modules, or ${hint}`;
}

import * as posix from "node:path/posix";

const DRIVE = /^\/?([a-z]):(?=\/|$)/i;

/**
 * The way from a folder to a path, both absolute and with forward slashes, as every host writes it: `C:/a` and `/C:/a` are
 * one place. The path itself where it lies on another drive.
 */
export function relativePath(folder: string, path: string): string {
  const [from, to] = [folder, path].map((one) =>
    one.replace(DRIVE, (_, letter: string) => `/${letter.toUpperCase()}:`),
  );
  if (from === undefined || to === undefined) return path;
  return driveOf(from) === driveOf(to) ? posix.relative(from, to) : to.replace(/^\/(?=[A-Z]:)/, "");
}

function driveOf(path: string): string {
  return DRIVE.exec(path)?.[1] ?? "";
}

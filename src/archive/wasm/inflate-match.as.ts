// Copies what a stream says again (RFC 1951, 3.2.3), for inflate.as.ts.

/** What lies `distance` before `start`, up to `stop`; up to 15 bytes more may be written. */
export function copyMatch(start: usize, distance: usize, stop: usize): void {
  let to = start;
  let source = to - distance;
  if (distance >= 16) {
    v128.store(to, v128.load(source));
    // Nearly all end here. A loop would look for interrupts first, which is a twentieth of all the time.
    if (stop - to <= 16) return;
    do {
      source += 16;
      to += 16;
      v128.store(to, v128.load(source));
    } while (to + 16 < stop);
    return;
  }
  if (distance == 1) {
    const same = v128.splat<u8>(load<u8>(source));
    do {
      v128.store(to, same);
      to += 16;
    } while (to < stop);
    return;
  }
  if (distance < 8) {
    for (let i: usize = 0; i < 8; i++) store<u8>(to + i, load<u8>(source + i));
    to += 8;
    // What lies a multiple of the distance back is the same.
    source = to - distance * ((distance + 7) / distance);
  }
  while (to < stop) {
    store<u64>(to, load<u64>(source));
    source += 8;
    to += 8;
  }
}

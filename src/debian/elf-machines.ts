/** e_machine by Go's name of an architecture (gABI, "ELF Identification"). */
export const ELF_MACHINES: ReadonlyMap<string, number> = new Map([
  ["amd64", 62],
  ["arm64", 183],
]);

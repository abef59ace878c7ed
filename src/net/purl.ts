/** Where a package URL without a repository of its own is downloaded from: the default repository of its type. */
export async function purlDownloadUrl(purl: string): Promise<string | undefined> {
  const { PackageURL, UrlConverter } = await import("@socketregistry/packageurl-js");
  return UrlConverter.toDownloadUrl(PackageURL.fromString(purl))?.url;
}

import { OciasmError } from "../errors.ts";
import type { HttpClient, HttpRequest, HttpResponse } from "../net/http-client.ts";
import { isRedirect, redirected } from "../net/redirect.ts";
import { checkedTarget } from "./host.ts";

const MAX_REDIRECTS = 10;

export interface FollowOptions {
  readonly http: HttpClient;
  /** The registry on whose word all this is done. */
  readonly base: URL;
  /** The body is a secret: it goes to no other host. */
  readonly secretBody?: boolean;
}

/**
 * Sends a request and goes where the answers send it, if a registry may send anybody there: see checkedTarget.
 * Credentials stay with the host that they were meant for. Rejects with REGISTRY_ERROR.
 */
export async function follow(first: HttpRequest, options: FollowOptions): Promise<HttpResponse> {
  const { http, base, secretBody = false } = options;
  let request: HttpRequest = { ...first, maxRedirects: 0 };
  for (let count = 0; ; count++) {
    const response = await http.request(request);
    const location = response.headers["location"];
    if (location === undefined || !isRedirect(response.status)) return response;
    await response.discard();
    const from = new URL(response.url);
    const refuse = (why: string): OciasmError => new OciasmError("REGISTRY_ERROR", `${from.host} ${why}`);
    if (count === MAX_REDIRECTS) throw refuse(`redirects more than ${MAX_REDIRECTS} times`);
    const to = checkedTarget(location, from, "redirect", base);
    if (secretBody && request.body !== undefined && to.origin !== from.origin)
      throw refuse("redirects a login to another host");
    request = redirected(request, response.status, to.href);
  }
}

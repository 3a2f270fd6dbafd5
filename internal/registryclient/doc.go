// Package registryclient reads images from registries, and writes them, by the distribution protocol
// (/v2/).
//
// A [Registry] stands for one host, for as long as the process deals with it, so that what was
// learned about the host is learned once: its scheme, its challenge, the token of each repository, and
// whether it serves blobs itself or says where they are. Nothing is asked for beforehand: a request is
// sent at once, and only a refusal starts a login. So an image's digest costs one HEAD.
//
// A refusal without a challenge has /v2/ asked for one, once. A host that answers lead to is met in the
// same way, as anyone may meet it. What a registry does not know - HEAD, ranges, a blob in one PUT - it is
// asked for the plain way, by whatever status it says so. Any success with the right digest is one;
// without a digest what was stored is asked for.
//
// Blobs are read by ranges in parallel, by package chunked, where they really are: mostly an object
// store or a CDN that the registry redirects to. Credentials go to the registry and to nobody else.
// A registry that serves blobs itself is read by ranges if it honours them, and as one stream if
// not; one request finds out, and its answer is not thrown away.
//
// Images are written, to a [Registry.WritableRepository], by as few requests as there can be: a HEAD
// tells that a blob is there; one that is not costs a POST and a PUT of all of it, by HTTP/1.1 and on
// the connection of the HEAD; a manifest costs a PUT. A registry that takes no blob by one PUT gets them
// by PATCH. Tokens for writing are kept apart from those for reading.
//
// Retries: manifests and digests here, blobs in package chunked, by the chunk. Digests are asked for
// at a rate that the registry allows, and not at all while it says that it is rate-limited.
//
// The name of an image means that registry: mirrors, and whatever else registries.conf says about
// it, are not consulted.
package registryclient

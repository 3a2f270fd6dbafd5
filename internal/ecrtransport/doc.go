// Package ecrtransport is Amazon ECR as a transport for go.podman.io/image: it works under copy.Image in both
// directions, beside that library's own transports. What it does, package ecr does; this package has the library's
// interfaces over it.
//
// A [Transport] carries its client and is not registered anywhere: there is no global state, and "ecr:" in a string
// means nothing to alltransports. The SystemContext that the interfaces pass along is not used.
//
// References are HOST/NAME[:TAG][@DIGEST] for every host of private ECR, in every partition, FIPS and dual-stack ones
// included, ecr.aws/ARN[:TAG][@DIGEST], and public.ecr.aws/ALIAS/NAME of ECR Public. References to ECR Public are for
// writing. Signatures of the "simple signing" kind can't be stored; those of cosign are images, and are copied as such.
//
// Errors are those of package ecr.
package ecrtransport

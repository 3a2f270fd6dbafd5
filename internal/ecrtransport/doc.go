// Package ecrtransport reaches images in Amazon ECR through ECR's own API, as a transport for
// go.podman.io/image: it works under copy.Image in both directions, beside that library's own
// transports. It speaks no registry protocol, needs no registry login, and converts nothing.
//
// A [Transport] carries its clients and is not registered anywhere: there is no global state, and
// "ecr:" in a string means nothing to alltransports. The SystemContext that the interfaces pass
// along is not used.
//
// References are HOST/NAME[:TAG][@DIGEST] for every host of private ECR, in every partition, FIPS
// and dual-stack ones included, ecr.aws/ARN[:TAG][@DIGEST], and public.ecr.aws/ALIAS/NAME of ECR
// Public. The host says which endpoints are called.
//
// # Which call serves which method
//
//	ImageSource.GetManifest         BatchGetImage, one image a call
//	ImageSource.GetBlob             GetDownloadUrlForLayer, then ranged GETs of the presigned URL
//	ImageDestination.TryReusingBlob BatchCheckLayerAvailability
//	    and AvailableBlobs          the same, 100 digests a call
//	ImageDestination.PutBlob        InitiateLayerUpload, UploadLayerPart, CompleteLayerUpload
//	ImageDestination.PutManifest    PutImage; DescribeImages where the tag is there already
//	ImageReference.DeleteImage      BatchDeleteImage
//	Transport.Digest                DescribeImages, which does not count as a pull
//	Transport.Tags                  ListImages, 1,000 tags a call
//	Transport.Images                DescribeImages, 1,000 images a call
//	Transport.PublicLogin           GetAuthorizationToken of ECR Public
//
// Every call names the account that owns the registry (registryId), so images of other accounts are
// reached wherever their repository policies allow it.
//
// # Missing repositories
//
// Where [Options].CreateRepositories has a [RepositoryTemplate], a destination that finds its
// repository missing creates it, by CreateRepository, SetRepositoryPolicy and PutLifecyclePolicy,
// and makes its call again. Nothing that reads creates one.
//
// # ECR Public
//
// ECR Public's API has no operations to read images with. References to it are for writing: as a
// source, an image in ECR Public is read by the docker transport, with the login that
// [Transport.PublicLogin] returns. Its API names a registry by the alias in the image's name, but
// describes images, and creates repositories, in the registry of the caller's account only.
//
// # Limits
//
// Manifests are at most 4 MiB. A layer has at most 52,000 MiB, in at most 4,200 parts of 5 to 20
// MiB; in ECR Public 10,000 MiB, in at most 1,000 parts of 5 to 10 MiB. Larger ones are refused
// before their first byte is sent where the size is known, else when the parts run out. An upload
// holds two parts in memory, or one where the byte budget shared with all reads ([Options].Budget)
// is short; of a stream that lends its memory, what that has to give. A part is encoded while it is
// sent, not before, and sent again where nothing of it moves for [Options].Stall. PutImage is paced to ECR's default
// quota of 10 a second for an account and region. Signatures of the "simple signing" kind can't be
// stored; those of cosign are images, and are copied as such.
//
// # Errors
//
// An error names the operation, the repository, AWS's error code and message and the request id.
// Those that callers decide on wrap one of the package's sentinels, such as [ErrImageNotFound];
// [Transient] says whether to try again later. Throttling and lost replies have been retried by
// then, by the SDK's clients that [NewClients] and [NewPublicClient] set up and, for the bytes of
// blobs, by package chunked.
package ecrtransport

// Package ecr reads and writes images in Amazon ECR through ECR's own API. It speaks no registry protocol, needs no
// registry login, and converts nothing. A [Client] is for all registries: the image name says which account, region
// and endpoint are called.
//
// # Which call serves which method
//
//	Client.Digest, Client.Digests      DescribeImages, which does not count as a pull; ListImages
//	Client.Tags                        ListImages; DescribeImages where times are asked for
//	Client.Repositories                DescribeRepositories
//	Client.PublicLogin                 GetAuthorizationToken of ECR Public
//	Client.TagsWithin                  DescribeImages
//	Repository.Manifest                BatchGetImage, one image a call
//	Repository.Referrers               ListImageReferrers, 50 a call
//	Repository.TagDigests              BatchGetImage, 100 tags a call
//	Repository.Blob                    GetDownloadUrlForLayer, then ranged GETs of the presigned URL
//	Repository.DeleteImage             BatchDeleteImage
//	Destination.HasBlob                BatchCheckLayerAvailability
//	    and Destination.AvailableBlobs the same, 100 digests a call
//	Destination.PutBlob                InitiateLayerUpload, UploadLayerPart, CompleteLayerUpload
//	Destination.PutManifest            PutImage; DescribeImages where the tag is there already
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
// ECR Public's API has no operations to read images with. It is for writing: an image in ECR Public
// is read as from any registry, with the login that [Client.PublicLogin] returns. Its API names a
// registry by the alias in the image's name, but describes images, and creates repositories, in the
// registry of the caller's account only.
//
// # Limits
//
// Manifests are at most 4 MiB. A layer has at most 52,000 MiB, in at most 4,200 parts of 5 to 20
// MiB; in ECR Public 10,000 MiB, in at most 1,000 parts of 5 to 10 MiB. Larger ones are refused
// before their first byte is sent where the size is known, else when the parts run out. An upload
// holds two parts in memory, or one where the byte budget shared with all reads ([Options].Budget)
// is short; of a stream that lends its memory, what that has to give. A part is encoded while it is
// sent, not before, and sent again where nothing of it moves for [Options].Stall. PutImage is paced
// to ECR's default quota of 10 a second for an account and region.
//
// # Errors
//
// An error names the operation, the repository, AWS's error code and message and the request id.
// Those that callers decide on wrap one of the package's sentinels, such as [ErrImageNotFound].
// They say themselves whether another try may help; see package transient. Throttling and lost replies
// have been retried by then, by the SDK's clients that [NewAPIs] and [NewPublicAPI] set up and, for the bytes of
// blobs, by package chunked.
package ecr

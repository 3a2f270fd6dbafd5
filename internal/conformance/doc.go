// Package conformance holds tests only: the promises of copying into and out of Amazon
// ECR, kept by the whole of what this project is made of. Each case runs by both ways of
// copying, the copy engine (internal/mirror, over internal/images) and the library's own
// copy.Image (over internal/ecrtransport), and what arrives is read back by clients that
// are not this project's: the AWS SDK, and go-containerregistry over /v2/.
//
//   - Every kind of image goes from an OCI layout to ECR, on to ECR of another account and
//     region, on to an ordinary registry and back to ECR, with equal bytes at every stop.
//   - Images with artifacts of all kinds, made by cosign, oras and notation, go by the mirror program from a registry
//     to ECR, to ECR of another region, to a registry with the referrers API and to one without; at each stop these
//     clients find and verify what belongs to them, and ECR lists it.
//   - A huge layer goes the same way: 24 MiB, or ECRMIRROR_HUGE bytes.
//   - With less memory than a part takes, or little more, several images go to four repositories of
//     ECR and to a registry at once, and no more is held than is said.
//   - The mirror program is killed at chosen moments of a copy, and completes when it is
//     run again, sending no layer again that was complete; and at random ones, to the byte, by
//     SIGKILL and SIGTERM, while a watcher looks whether a tag is ever incomplete.
//   - The images with the most instances and the largest manifests that there may be take no more
//     memory, descriptors and goroutines than others, and forged ones no more memory: 4 MiB of any
//     piece at any place of a manifest, and signatures beside it.
//   - What strangers write, into any field of answers, manifests, certificates, events and the table, comes
//     out of the programs clean and short.
//   - A file of entries by the controller, a table and jobs, and the same file by mirror sync, come to the same: random
//     files, six or ECRMIRROR_FILES of them, with all that a file may say.
//   - With calls throttled and replies lost, every image arrives whole, and no layer is
//     sent twice.
//
// The cases run against localstack always. Where ECRMIRROR_CONFORMANCE_REPOSITORY names a
// repository of real ECR, ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME, those that break
// nothing run against it too, with the AWS credentials of the environment; their images
// are deleted afterwards. A second repository, after a comma, may be in another account or
// region; without it the copy from ECR to ECR is one between tags of the first. The
// ordinary registry is localstack's in either case.
package conformance

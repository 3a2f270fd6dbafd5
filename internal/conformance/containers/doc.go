// Package containers holds tests only: the image of the Dockerfile, built by Docker and run as
// AWS runs it.
//
//   - The image holds what it is said to hold, and nothing else, for both architectures.
//   - As nobody, on a read-only root and without capabilities, mirror copies an image and the controller
//     sweeps a table. Batch's jobs are containers, too, by the job definitions' own commands.
//   - As a Lambda function the controller handles a recorded push. How long a cold start takes is printed
//     (go test -v).
//
// AWS is localstack, in the process of the test; containers reach it by the host's network, so
// the tests are for Linux. They are skipped where Docker cannot build the image, unless
// ECRMIRROR_REQUIRE_CONTAINERS is 1.
package containers

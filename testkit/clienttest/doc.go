// Package clienttest holds tests only: clients of AWS that nobody here wrote use localstack as
// their users do, by AWS_ENDPOINT_URL alone. They are boto3, with its resources and waiters, and the
// AWS CLI, in Python; make client-tools installs both. Without them the tests are skipped, unless
// ECRMIRROR_REQUIRE_CLIENTS is 1.
package clienttest

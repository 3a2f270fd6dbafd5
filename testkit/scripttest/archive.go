package scripttest

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/rogpeppe/go-internal/testscript"
)

// archive ACCOUNT/REGION/NAME:TAG moves an image to ECR's archive.
func archive(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 || strings.Count(args[0], "/") < 2 || !strings.Contains(args[0], ":") {
		ts.Fatalf("usage: archive ACCOUNT/REGION/NAME:TAG")
	}
	account, rest, _ := strings.Cut(args[0], "/")
	region, rest, _ := strings.Cut(rest, "/")
	repo, tag, _ := strings.Cut(rest, ":")
	w := of(ts)
	cfg := w.server.Config()
	cfg.Region = region
	cfg.Credentials = credentials.NewStaticCredentialsProvider(account, "localstack", "")
	_, err := ecr.NewFromConfig(cfg).UpdateImageStorageClass(w.ctx, &ecr.UpdateImageStorageClassInput{
		RepositoryName: aws.String(repo), ImageId: &types.ImageIdentifier{ImageTag: aws.String(tag)},
		TargetStorageClass: types.TargetStorageClassArchive,
	})
	ts.Check(err)
}

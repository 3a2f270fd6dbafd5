package server_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsecr "github.com/aws/aws-sdk-go-v2/service/ecr"

	"ecrmirror/localstack/server"
)

// BenchmarkUploadLayerPart sends parts of 10 MiB by the SDK's client over loopback.
func BenchmarkUploadLayerPart(b *testing.B) {
	s, err := server.Start(b.Context(), server.Options{NoEvents: true, ForgetLayers: true, Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	client, app := awsecr.NewFromConfig(s.Config()), aws.String("app")
	if _, err := client.CreateRepository(b.Context(), &awsecr.CreateRepositoryInput{RepositoryName: app}); err != nil {
		b.Fatal(err)
	}
	part := make([]byte, 10<<20)
	upload := func(ctx context.Context) {
		started, err := client.InitiateLayerUpload(ctx, &awsecr.InitiateLayerUploadInput{RepositoryName: app})
		if err != nil {
			b.Fatal(err)
		}
		_, err = client.UploadLayerPart(ctx, &awsecr.UploadLayerPartInput{
			RepositoryName: app, UploadId: started.UploadId, PartFirstByte: aws.Int64(0),
			PartLastByte: aws.Int64(int64(len(part)) - 1), LayerPartBlob: part,
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(len(part)))
	b.ReportAllocs()
	for b.Loop() {
		upload(b.Context())
	}
}

package ecr

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsecr "github.com/aws/aws-sdk-go-v2/service/ecr"

	"ecrmirror/testkit/awstest"
)

// As many images are put in a second as the quota has, in each account and region, whatever becomes of them.
func TestPutImageHasAQuota(t *testing.T) {
	w := newWorld(t)
	w.puts.perSecond = 2
	w.repository("app")
	put := func(tag string) error {
		_, err := w.ecr.PutImage(t.Context(), &awsecr.PutImageInput{
			RepositoryName: aws.String("app"), ImageManifest: aws.String("{}"), ImageTag: aws.String(tag),
		})
		return err
	}
	const invalid = "InvalidParameterException"
	for i, c := range []struct {
		later time.Duration
		want  string
	}{
		{0, invalid},
		{0, invalid},
		{0, "ThrottlingException"},
		{400 * time.Millisecond, "ThrottlingException"},
		{100 * time.Millisecond, invalid},
		{0, "ThrottlingException"},
		{time.Minute, invalid},
		{0, invalid},
		{0, "ThrottlingException"},
	} {
		w.pass(c.later)
		if got := awstest.Code(put(fmt.Sprint(i))); got != c.want {
			t.Errorf("call %d: %s, want %s", i, got, c.want)
		}
	}
	w.puts.perSecond = 0
	for i := range 20 {
		if got := awstest.Code(put(fmt.Sprint(i))); got != invalid {
			t.Errorf("without a quota, call %d: %s", i, got)
		}
	}
}

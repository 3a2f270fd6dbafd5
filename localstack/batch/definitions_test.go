package batch_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsbatch "github.com/aws/aws-sdk-go-v2/service/batch"

	"ecrmirror/localstack/batch"
)

// TestDefinitionsAreFoundByTheFormsThatBatchDocuments: a list takes ARN and name:revision, and nothing beside it.
func TestDefinitionsAreFoundByTheFormsThatBatchDocuments(t *testing.T) {
	w := start(t, batch.Options{})
	w.define(t, &awsbatch.RegisterJobDefinitionInput{
		JobDefinitionName: aws.String("say"), ContainerProperties: container("say"),
	})
	w.define(t, &awsbatch.RegisterJobDefinitionInput{
		JobDefinitionName: aws.String("say"), ContainerProperties: container("say"),
		Parameters: map[string]string{"text": "default"},
	})
	all, err := w.DescribeJobDefinitions(t.Context(), &awsbatch.DescribeJobDefinitionsInput{
		JobDefinitionName: aws.String("say"),
	})
	if err != nil || len(all.JobDefinitions) != 2 || all.JobDefinitions[0].Parameters["text"] != "default" {
		t.Fatalf("%+v, %v", all, err)
	}
	arn := aws.ToString(all.JobDefinitions[0].JobDefinitionArn)
	const beside = "can't be used with other parameters"
	for _, c := range []struct {
		name    string
		in      awsbatch.DescribeJobDefinitionsInput
		want    []int32 // revisions
		refused string
	}{
		{"by ARN", awsbatch.DescribeJobDefinitionsInput{JobDefinitions: []string{arn}}, []int32{2}, ""},
		{"by revision", awsbatch.DescribeJobDefinitionsInput{JobDefinitions: []string{"say:1"}}, []int32{1}, ""},
		{"by name in the list", awsbatch.DescribeJobDefinitionsInput{JobDefinitions: []string{"say"}}, nil, ""},
		{
			"by ARN without revision",
			awsbatch.DescribeJobDefinitionsInput{JobDefinitions: []string{strings.TrimSuffix(arn, ":2")}},
			nil, "",
		},
		{"by an ARN as name", awsbatch.DescribeJobDefinitionsInput{JobDefinitionName: &arn}, nil, ""},
		{"by a name that is none's", awsbatch.DescribeJobDefinitionsInput{JobDefinitionName: aws.String("x")}, nil, ""},
		{
			"a list and a status",
			awsbatch.DescribeJobDefinitionsInput{JobDefinitions: []string{arn}, Status: aws.String("ACTIVE")},
			nil, beside,
		},
		{
			"a list and a name",
			awsbatch.DescribeJobDefinitionsInput{JobDefinitions: []string{arn}, JobDefinitionName: aws.String("say")},
			nil, beside,
		},
		{
			"a list and a page",
			awsbatch.DescribeJobDefinitionsInput{JobDefinitions: []string{arn}, MaxResults: aws.Int32(1)},
			nil, beside,
		},
	} {
		out, err := w.DescribeJobDefinitions(t.Context(), &c.in)
		if c.refused != "" {
			if why := refusal(err, c.refused); why != "" {
				t.Errorf("%s: %s", c.name, why)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var got []int32
		for _, d := range out.JobDefinitions {
			got = append(got, aws.ToInt32(d.Revision))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: revisions %v, want %v", c.name, got, c.want)
		}
	}
}

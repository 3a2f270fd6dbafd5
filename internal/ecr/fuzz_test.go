package ecr

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// FuzzParseRepositoryTemplate reads templates: what it takes is written and read again as the same,
// within the limits of ECR's API.
func FuzzParseRepositoryTemplate(f *testing.F) {
	for _, seed := range []string{
		`{}`, `null`, `[]`, `{} {}`,
		`{"imageTagMutability":"IMMUTABLE_WITH_EXCLUSION","imageTagMutabilityExclusionFilters":[{"filterType":"WILDCARD","filter":"dev-*"}]}`,
		`{"encryptionConfiguration":{"encryptionType":"KMS","kmsKey":"alias/x"},` +
			`"imageScanningConfiguration":{"scanOnPush":true}}`,
		`{"resourceTags":[{"Key":"team","Value":"a"},{"Key":"AWS:x","Value":""}]}`,
		`{"repositoryPolicy":"{\"Version\":\"2012-10-17\"}"}`,
		`{"lifecyclePolicy":"{\"rules\":[]}","Unknown":1}`,
		`{"` + strings.Repeat("\xff", 5000) + `":1}`, `{"resourceTags":[{"Key":"` + strings.Repeat("\xff",
			5000) + `"}]}`, `{"imageTagMutability":"` + strings.Repeat("\x1b", 5000) + `"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		template, err := ParseRepositoryTemplate(raw)
		if err != nil {
			if strings.ContainsFunc(err.Error(), func(r rune) bool { return !strconv.IsPrint(r) }) ||
				len(err.Error()) > 1000 {
				t.Errorf("error %q", err)
			}
			return
		}
		if len(template.ResourceTags) > 50 || len(template.ImageTagMutabilityExclusionFilters) > 5 ||
			len(template.RepositoryPolicy) > 10_240 || len(template.LifecyclePolicy) > 30_720 {
			t.Errorf("%+v", template)
		}
		written, err := json.Marshal(template)
		if err != nil {
			t.Fatal(err)
		}
		again, err := ParseRepositoryTemplate(written)
		if err != nil || !reflect.DeepEqual(again, template) {
			t.Errorf("%s, read again: %+v, %v", written, again, err)
		}
	})
}

package ecr

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"ecrmirror/internal/printable"

	"github.com/aws/aws-sdk-go-v2/aws"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
)

// filterForm is the form of a filter, but for its length.
var filterForm = regexp.MustCompile(`^[0-9a-zA-Z._*-]+$`)

// longestFilter is how many characters a filter may have.
const longestFilter = 128

func (t *RepositoryTemplate) checkMutability() error {
	const member = "imageTagMutabilityExclusionFilters"
	if t.ImageTagMutability != "" {
		if err := oneOf("imageTagMutability", t.ImageTagMutability); err != nil {
			return err
		}
	}
	n := len(t.ImageTagMutabilityExclusionFilters)
	switch excludes := strings.HasSuffix(string(t.ImageTagMutability), "_WITH_EXCLUSION"); {
	case excludes && (n < 1 || n > 5):
		return fmt.Errorf("%s: %s takes 1 to 5 filters, not %d", member, t.ImageTagMutability, n)
	case !excludes && n > 0:
		return fmt.Errorf(
			"%s: only an imageTagMutability of IMMUTABLE_WITH_EXCLUSION or MUTABLE_WITH_EXCLUSION takes filters",
			member,
		)
	}
	for _, f := range t.ImageTagMutabilityExclusionFilters {
		if err := oneOf(member+": filterType", f.FilterType); err != nil {
			return err
		}
		if f.Filter == nil || len(*f.Filter) > longestFilter || !filterForm.MatchString(*f.Filter) {
			return fmt.Errorf("%s: filter %q is not 1 to 128 of [0-9a-zA-Z._*-]", member, shown(aws.ToString(f.Filter)))
		}
	}
	return nil
}

func (t *RepositoryTemplate) checkEncryption() error {
	e := t.EncryptionConfiguration
	if e == nil {
		return nil
	}
	if err := oneOf("encryptionConfiguration: encryptionType", e.EncryptionType); err != nil {
		return err
	}
	switch {
	case e.KmsKey == nil:
		return nil
	case e.EncryptionType == ecrtypes.EncryptionTypeAes256:
		return errors.New("encryptionConfiguration: an encryptionType of AES256 has no kmsKey")
	case len(*e.KmsKey) < 1 || len(*e.KmsKey) > 2048:
		return errors.New("encryptionConfiguration: the kmsKey is not 1 to 2,048 characters")
	}
	return nil
}

func (t *RepositoryTemplate) checkTags() error {
	if n := len(t.ResourceTags); n > 50 {
		return fmt.Errorf("resourceTags: a repository takes 50 tags, not %d", n)
	}
	seen := map[string]bool{}
	for _, tag := range t.ResourceTags {
		key, value := aws.ToString(tag.Key), aws.ToString(tag.Value)
		switch n := utf8.RuneCountInString(key); {
		case n < 1 || n > 128:
			return fmt.Errorf("resourceTags: Key %q is not 1 to 128 characters", shown(key))
		case utf8.RuneCountInString(value) > 256 || tag.Value == nil:
			return fmt.Errorf("resourceTags: the Value of %q is missing or more than 256 characters", shown(key))
		case strings.HasPrefix(strings.ToLower(key), "aws:"):
			return fmt.Errorf("resourceTags: Key %q begins as AWS's own do", shown(key))
		case seen[key]:
			return fmt.Errorf("resourceTags: Key %q comes twice", shown(key))
		}
		seen[key] = true
	}
	return nil
}

func (t *RepositoryTemplate) checkPolicies() error {
	for _, policy := range []struct {
		member, text string
		least, most  int
	}{
		{"repositoryPolicy", t.RepositoryPolicy, 0, 10_240},
		{"lifecyclePolicy", t.LifecyclePolicy, 100, 30_720},
	} {
		if policy.text == "" {
			continue
		}
		var object map[string]json.RawMessage
		if err := json.Unmarshal([]byte(policy.text), &object); err != nil || object == nil {
			return fmt.Errorf("%s: the text is not a JSON object", policy.member)
		}
		if n := len(policy.text); n < policy.least || n > policy.most {
			return fmt.Errorf("%s: ECR takes %d to %d bytes, not %d", policy.member, policy.least, policy.most, n)
		}
	}
	return nil
}

// privateSettings names the members that ECR Public has no counterpart of.
func (t *RepositoryTemplate) privateSettings() []string {
	var set []string
	for _, s := range []struct {
		member string
		isSet  bool
	}{
		{
			"imageTagMutability",
			t.ImageTagMutability != "" && t.ImageTagMutability != ecrtypes.ImageTagMutabilityMutable,
		},
		{"encryptionConfiguration", t.EncryptionConfiguration != nil},
		{"imageScanningConfiguration", t.ImageScanningConfiguration != nil && t.ImageScanningConfiguration.ScanOnPush},
		{"repositoryPolicy", t.RepositoryPolicy != ""},
		{"lifecyclePolicy", t.LifecyclePolicy != ""},
	} {
		if s.isSet {
			set = append(set, s.member)
		}
	}
	return set
}

// oneOf checks a value of one of the SDK's enumerations.
func oneOf[T interface {
	~string
	Values() []T
}](member string, value T) error {
	values := value.Values()
	if slices.Contains(values, value) {
		return nil
	}
	var names []string
	for _, v := range values {
		names = append(names, string(v))
	}
	return fmt.Errorf("%s: %q is not one of %s", member, shown(string(value)), strings.Join(names, ", "))
}

// shown is a text of the document in an error about it, where it may be of any length.
func shown(text string) string { return printable.Short(text, 128) }

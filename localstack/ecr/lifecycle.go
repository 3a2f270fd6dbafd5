package ecr

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"unicode/utf8"
)

// Quotas of lifecycle policies: characters of the text, and rules in it.
const (
	minLifecycle      = 100
	maxLifecycle      = 30_720
	maxLifecycleRules = 50
)

// A lifecycleRule has the members that AWS's schema knows.
type lifecycleRule struct {
	Priority    int     `json:"rulePriority"`
	Description *string `json:"description"`
	Selection   struct {
		TagStatus    string   `json:"tagStatus"`
		StorageClass *string  `json:"storageClass"`
		Prefixes     []string `json:"tagPrefixList"`
		Patterns     []string `json:"tagPatternList"`
		CountType    string   `json:"countType"`
		CountUnit    *string  `json:"countUnit"`
		CountNumber  int      `json:"countNumber"`
	} `json:"selection"`
	Action struct {
		Type         string  `json:"type"`
		StorageClass *string `json:"targetStorageClass"`
	} `json:"action"`
}

// checkLifecycle holds a policy to AWS's schema, which knows no other members and no
// nulls. Rules have priorities of their own, and the one for any image comes last.
func checkLifecycle(text string) error {
	if err := length("lifecyclePolicyText", utf8.RuneCountInString(text), minLifecycle, maxLifecycle); err != nil {
		return err
	}
	var policy struct {
		Rules []lifecycleRule `json:"rules"`
	}
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&policy); err != nil || !json.Valid([]byte(text)) || hasNull(text) {
		return invalidLifecycle("instance failed to match the schema")
	}
	if n := len(policy.Rules); n < 1 || n > maxLifecycleRules {
		return invalidLifecycle("array has %d rules; from 1 to %d are allowed", n, maxLifecycleRules)
	}
	slices.SortFunc(policy.Rules, func(a, b lifecycleRule) int { return a.Priority - b.Priority })
	for i, rule := range policy.Rules {
		last := i == len(policy.Rules)-1
		switch {
		case !rule.valid():
			return invalidLifecycle("the rule with priority %d failed to match exactly one schema", rule.Priority)
		case !last && rule.Priority == policy.Rules[i+1].Priority:
			return invalidLifecycle("there are several rules with priority %d", rule.Priority)
		case !last && rule.Selection.TagStatus == "any":
			return invalidLifecycle("the rule for any tag status must have the highest priority number")
		}
	}
	return nil
}

func invalidLifecycle(format string, args ...any) error {
	return invalid("LifecyclePolicyText", "Lifecycle policy validation failure: "+format, args...)
}

func (rule lifecycleRule) valid() bool {
	s := rule.Selection
	tagged := s.TagStatus == "tagged"
	known := tagged || s.TagStatus == "untagged" || s.TagStatus == "any"
	tags := (len(s.Prefixes) > 0) != (len(s.Patterns) > 0)
	return rule.Priority >= 1 && known && tagged == tags && s.CountNumber >= 1 && rule.validCount() &&
		rule.validAction()
}

// validCount reports whether a rule counts images without a unit, or their age in days.
func (rule lifecycleRule) validCount() bool {
	s := rule.Selection
	if s.CountType == "imageCountMoreThan" {
		return s.CountUnit == nil
	}
	aged := slices.Contains([]string{"sinceImagePushed", "sinceImagePulled", "sinceImageTransitioned"}, s.CountType)
	return aged && s.CountUnit != nil && *s.CountUnit == "days"
}

// validAction reports whether the rule expires images or moves them to the archive.
func (rule lifecycleRule) validAction() bool {
	a := rule.Action
	return a.Type == "expire" && a.StorageClass == nil || a.Type == "transition" && a.StorageClass != nil &&
		*a.StorageClass == "archive"
}

// hasNull reports whether JSON has a null anywhere.
func hasNull(text string) bool {
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	for {
		token, err := decoder.Token()
		if err != nil {
			return false
		}
		if token == nil {
			return true
		}
	}
}

type lifecycleInput struct {
	target
	Text *string `json:"lifecyclePolicyText"`
}

// lifecycleOutput has no lastEvaluatedAt: no policy is ever run.
type lifecycleOutput struct {
	RegistryID     string `json:"registryId"`
	RepositoryName string `json:"repositoryName"`
	Text           string `json:"lifecyclePolicyText"`
}

func (repo *repository) lifecycleDocument() document {
	return document{
		&repo.lifecycle, "LifecyclePolicyNotFoundException", "Lifecycle policy does not exist for " + where(repo.id),
	}
}

func (r *Registry) putLifecyclePolicy(_ context.Context, c call, in lifecycleInput) (lifecycleOutput, error) {
	text, err := required("lifecyclePolicyText", in.Text)
	if err != nil {
		return lifecycleOutput{}, err
	}
	if err := checkLifecycle(text); err != nil {
		return lifecycleOutput{}, err
	}
	return r.onLifecycle(c, in.target, func(d document) (string, error) { return d.set(text) })
}

func (r *Registry) getLifecyclePolicy(_ context.Context, c call, in target) (lifecycleOutput, error) {
	return r.onLifecycle(c, in, document.get)
}

func (r *Registry) deleteLifecyclePolicy(_ context.Context, c call, in target) (lifecycleOutput, error) {
	return r.onLifecycle(c, in, document.remove)
}

func (r *Registry) onLifecycle(c call, in target, do func(document) (string, error)) (lifecycleOutput, error) {
	id, text, err := r.onDocument(c, in, (*repository).lifecycleDocument, do)
	return lifecycleOutput{RegistryID: id.Account, RepositoryName: id.Name, Text: text}, err
}

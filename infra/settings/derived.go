package settings

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"ecrmirror/internal/verify/policy"
)

// TableKey returns the ARN of the user's key that the table is encrypted with, "" if there is none.
func (p Props) TableKey() string {
	if strings.HasPrefix(p.Table.Encryption, "arn:") {
		return p.Table.Encryption
	}
	return ""
}

// HasLedger says whether there is a ledger.
func (p Props) HasLedger() bool { return p.Ledger.Kept == On }

// PublicAccess returns the access to ECR Public, which is there for accounts of the
// commercial partition only.
func (p Props) PublicAccess() PublicAccess {
	if strings.HasPrefix(p.Region, "cn-") || strings.HasPrefix(p.Region, "us-gov-") || strings.Contains(p.Region,
		"-iso") || strings.HasPrefix(p.Region, "eusc-") {
		return PublicAnonymous
	}
	return p.Registries.Public
}

// OtherAccounts returns the accounts, besides the stack's, whose ECR is written: those with a role, and
// those of repositories that are named by ARNs. * stands for any.
func (r RegistryProps) OtherAccounts() []string {
	var accounts []string
	for _, spec := range r.Roles {
		account, _, _ := strings.Cut(spec, "=")
		accounts = append(accounts, account)
	}
	for _, repository := range r.Repositories {
		if fields := strings.Split(repository, ":"); len(fields) > 5 { // arn:PARTITION:ecr:REGION:ACCOUNT:...
			accounts = append(accounts, fields[4])
		}
	}
	slices.Sort(accounts)
	return slices.Compact(accounts)
}

// PolicyKeys returns the ARNs of the KMS keys by which mirror jobs may have to verify images: those of VerifyKeys, and
// those that Verify names, each once, in order.
func (r RegistryProps) PolicyKeys() []string {
	keys := slices.Clone(r.VerifyKeys)
	if p, err := policy.Parse(r.Verify); err == nil { // Validate has said what is wrong with another
		keys = append(keys, p.KMSKeys()...)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// ZoneCount returns the number of availability zones that a new network spans.
func (n NetworkProps) ZoneCount() int {
	if len(n.Zones) > 0 {
		return len(n.Zones)
	}
	return 2
}

// InstanceTypes returns the types of instances: by default those that every region has.
func (p Props) InstanceTypes() []string {
	switch {
	case len(p.Compute.InstanceTypes) > 0:
		return p.Compute.InstanceTypes
	case p.Architecture == AMD64:
		return []string{
			"c5.large", "c5.xlarge", "c5.2xlarge", "c5.4xlarge", "m5.large", "m5.xlarge", "m5.2xlarge", "m5.4xlarge",
		}
	}
	return []string{
		"c6g.large", "c6g.xlarge", "c6g.2xlarge", "c6g.4xlarge", "m6g.large", "m6g.xlarge", "m6g.2xlarge",
		"m6g.4xlarge",
	}
}

// SweepWithin returns the time without a sweep after which there is an alarm. Where none is set, that is twice the
// longest time between two sweeps, and an hour for the next to end.
func (p Props) SweepWithin() time.Duration {
	if p.Watch.SweepWithin > 0 {
		return p.Watch.SweepWithin
	}
	return 2*p.Schedule.Every() + time.Hour
}

// LongestWatch is the longest time that a CloudWatch alarm looks back.
const LongestWatch = 7 * 24 * time.Hour

// PushPattern returns the event pattern of pushes to the repositories: of tags, by ECR, that succeeded.
func PushPattern(p PushProps) map[string]any {
	detail := map[string]any{
		"action-type": []any{"PUSH"},
		"result":      []any{"SUCCESS"},
		"image-tag":   []any{map[string]any{"exists": true}},
	}
	var names []any
	for _, r := range p.Repositories {
		if prefix, found := strings.CutSuffix(r, "*"); found {
			names = append(names, map[string]any{"prefix": prefix})
		} else {
			names = append(names, r)
		}
	}
	if len(names) > 0 {
		detail["repository-name"] = names
	}
	return map[string]any{"source": []any{"aws.ecr"}, "detail-type": []any{"ECR Image Action"}, "detail": detail}
}

// longestPattern is EventBridge's quota on an event pattern, which can be raised.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
const longestPattern = 2048

// patternOf returns the event pattern of pushes as JSON.
func patternOf(p PushProps) []byte {
	doc, err := json.Marshal(PushPattern(p))
	if err != nil {
		return nil // cannot be: they are strings
	}
	return doc
}

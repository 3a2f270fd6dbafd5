package settings

import (
	"regexp"
)

// An ECRImage is the name of an image in private ECR.
type ECRImage struct{ Account, Region, Repository, TagOrDigest string }

var ecrImagePattern = regexp.MustCompile(
	`^([0-9]{12})\.dkr\.ecr\.([a-z0-9-]+)\.[a-z0-9.-]+/([a-z0-9][a-z0-9._/-]*)(?::([A-Za-z0-9_][A-Za-z0-9_.-]{0,` +
		`127})|@(sha256:[0-9a-f]{64}))$`)

// ParseECRImage parses the name of an image in private ECR, with either a tag or a digest: with neither it would be
// another image at every start. It returns false for any other name.
func ParseECRImage(name string) (ECRImage, bool) {
	m := ecrImagePattern.FindStringSubmatch(name)
	if m == nil {
		return ECRImage{}, false
	}
	return ECRImage{Account: m[1], Region: m[2], Repository: m[3], TagOrDigest: m[4] + m[5]}, true
}

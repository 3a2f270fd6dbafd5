package policy

import (
	"fmt"
	"regexp"
	"strings"
)

// githubIssuer vouches for workflows of GitHub Actions. Source: GitHub Docs, "OpenID Connect reference".
const githubIssuer = "https://token.actions.githubusercontent.com"

const githubURL = "https://github.com/"

// A workflow is one of GitHub Actions, or all of a repository.
type workflow struct {
	repository string // OWNER/REPO
	file       string // .github/workflows/FILE; "" = any
	ref        string // pattern; "" = any
}

// workflowForm is OWNER/REPO[/.github/workflows/FILE][@REF].
var workflowForm = regexp.MustCompile(
	`^([A-Za-z0-9_-]+/[A-Za-z0-9._-]+)(?:/(\.github/workflows/[A-Za-z0-9._-]+\.ya?ml))?(?:@(.*))?$`)

func parseWorkflow(text string) (workflow, error) {
	found := workflowForm.FindStringSubmatch(text)
	if found == nil {
		return workflow{}, fmt.Errorf("%s %q is not OWNER/REPO[/.github/workflows/FILE.yml][@REF]", MemberGitHub, text)
	}
	w := workflow{repository: found[1], file: found[2], ref: found[3]}
	if strings.Contains(text, "@") && !strings.HasPrefix(w.ref, "refs/") {
		return workflow{}, fmt.Errorf("%s %q: write the whole ref after the @, refs/tags/v1.2 or refs/heads/main; "+
			"* is anything but a slash, ** is anything", MemberGitHub, text)
	}
	return w, nil
}

// identities returns the pattern for what certificates state of the workflow.
func (w workflow) identities() *regexp.Regexp {
	repository, file := "[^/]+/[^/]+", `\.github/workflows/[^/@]+`
	if w.file != "" {
		repository, file = "(?i:"+regexp.QuoteMeta(w.repository)+")", regexp.QuoteMeta(w.file)
	}
	ref := ".+"
	if w.file != "" && w.ref != "" {
		ref = refPattern(w.ref)
	}
	return regexp.MustCompile("^" + regexp.QuoteMeta(githubURL) + repository + "/" + file + "@" + ref + "$")
}

// refs returns the pattern for the refs that were built.
func (w workflow) refs() *regexp.Regexp {
	if w.ref == "" {
		return nil
	}
	return regexp.MustCompile("^" + refPattern(w.ref) + "$")
}

// refPattern returns the regular expression that * and ** of a ref stand for, as in GitHub's own filters.
func refPattern(ref string) string {
	var b strings.Builder
	for i, part := range strings.Split(ref, "**") {
		if i > 0 {
			b.WriteString(".*")
		}
		for j, literal := range strings.Split(part, "*") {
			if j > 0 {
				b.WriteString("[^/]*")
			}
			b.WriteString(regexp.QuoteMeta(literal))
		}
	}
	return b.String()
}

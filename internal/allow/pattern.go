package allow

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"ecrmirror/internal/imagename"
)

// A pattern matches places of its kind.
type pattern struct {
	kind     kind
	segments []string // each may hold *
	below    bool     // the place has one more segment at least
}

// What segments of patterns are made of.
var (
	hostPattern    = regexp.MustCompile(`^(\*|[A-Za-z0-9*]([A-Za-z0-9.*_-]*[A-Za-z0-9*])?)(:([0-9]{1,5}|\*))?$`)
	accountPattern = regexp.MustCompile(`^([0-9]{12}|\*)$`)
	namePattern    = regexp.MustCompile(`^[a-z0-9*]([a-z0-9*._-]*[a-z0-9*])?$`)
)

func parsePattern(s string) (pattern, error) {
	if s == "" {
		return pattern{}, errors.New("is empty")
	}
	if path, ok := strings.CutPrefix(s, "oci:"); ok {
		return parsePath(inLayout, path)
	}
	if path, ok := strings.CutPrefix(s, "dir:"); ok {
		return parsePath(inDirectory, path)
	}
	if rest, ok := strings.CutPrefix(s, "ecr:"); ok {
		p, err := parseSegments(inAccount, rest)
		if err == nil && !accountPattern.MatchString(p.segments[0]) {
			err = fmt.Errorf("account %q is not 12 digits, or *", p.segments[0])
		}
		return p, err
	}
	if strings.HasPrefix(s, "arn:") || strings.HasPrefix(s, "ecr.aws/") {
		return pattern{}, errors.New("is an ARN; write ecr:ACCOUNT/REPOSITORY")
	}
	if strings.Contains(s, "://") {
		return pattern{}, errors.New("has a URL scheme; write HOST/REPOSITORY")
	}
	p, err := parseSegments(inRegistry, s)
	if err != nil {
		return pattern{}, err
	}
	return p.ofHost()
}

// parseSegments parses FIRST or FIRST/REPOSITORY; FIRST alone is for all below.
func parseSegments(k kind, s string) (pattern, error) {
	p := pattern{kind: k, segments: strings.Split(s, "/")}
	p.cutBelow()
	if len(p.segments) == 1 {
		p.below = true
	}
	for _, segment := range p.segments[1:] {
		switch {
		case strings.Contains(segment, "**"):
			return p, errors.New("** stands at the end alone, after a slash")
		case strings.ContainsAny(segment, ":@"):
			return p, errors.New("is of repositories, so it has neither tag nor digest")
		case !namePattern.MatchString(segment):
			return p, fmt.Errorf("%q is no part of a repository's name: those are of [a-z0-9._-], and *", segment)
		}
	}
	return p, nil
}

// cutBelow takes /** from the end.
func (p *pattern) cutBelow() {
	if last := len(p.segments) - 1; last > 0 && p.segments[last] == "**" {
		p.segments, p.below = p.segments[:last], true
	}
}

// ofHost checks the host of a pattern and writes it in the one way that places have.
func (p pattern) ofHost() (pattern, error) {
	host := p.segments[0]
	switch {
	case !hostPattern.MatchString(host) || strings.Contains(host, "**"):
		return p, fmt.Errorf("%q is not a registry's host, which a pattern begins with", host)
	case !strings.ContainsAny(host, ".:*") && !strings.EqualFold(host, "localhost"):
		return p, fmt.Errorf("%q is not a registry's host; Docker Hub's is docker.io", host)
	}
	host = imagename.CanonicalHost(host)
	if strings.Contains(host, ".dkr.ecr") || strings.Contains(host, ".dkr-ecr") {
		if strings.Contains(host, "*") {
			return p, errors.New("has * in a host of ECR; write ecr:ACCOUNT/REPOSITORY")
		}
		name, err := imagename.Parse(host + "/xx")
		if err != nil {
			return p, err
		}
		host = name.Canonical().Host
	}
	p.segments[0] = host
	if host == "docker.io" && len(p.segments) == 2 && !p.below {
		p.segments = []string{host, "library", p.segments[1]}
	}
	return p, nil
}

func parsePath(k kind, path string) (pattern, error) {
	p := pattern{kind: k, below: true}
	if path == "" || path == "**" {
		return p, nil
	}
	path, p.below = strings.CutSuffix(path, "/**")
	switch {
	case strings.Contains(path, "**"):
		return p, errors.New("** stands at the end alone, after a slash")
	case strings.Contains(path, ":"):
		return p, errors.New("has a colon, which the path of an image has not")
	}
	p.segments = splitPath(path)
	if path == "" { // the root, before /**
		p.segments = nil
	}
	return p, nil
}

func (p pattern) matches(at place) bool {
	n := len(p.segments)
	if p.kind != at.kind || len(at.segments) < n || p.below != (len(at.segments) > n) {
		return false
	}
	for i, segment := range p.segments {
		if !like(segment, at.segments[i]) {
			return false
		}
	}
	return true
}

// matchesBelow reports whether the pattern matches some place below one.
func (p pattern) matchesBelow(above place) bool {
	n := len(p.segments)
	if p.kind != above.kind || len(above.segments) >= n && !p.below {
		return false
	}
	for i := range min(n, len(above.segments)) {
		if !like(p.segments[i], above.segments[i]) {
			return false
		}
	}
	return true
}

// like reports whether s is the pattern with each * replaced by any characters, but for the colon
// before a port: a * that is not all there is stands for none of those.
func like(pattern, s string) bool {
	parts := strings.Split(pattern, "*")
	switch {
	case len(parts) == 1:
		return pattern == s
	case pattern != "*" && strings.Count(pattern, ":") != strings.Count(s, ":"):
		return false
	}
	s, ok := strings.CutPrefix(s, parts[0])
	if !ok {
		return false
	}
	last := parts[len(parts)-1]
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(s, part)
		if i < 0 {
			return false
		}
		s = s[i+len(part):]
	}
	return strings.HasSuffix(s, last)
}

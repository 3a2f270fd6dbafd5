package allow_test

import (
	"errors"
	"strings"
	"testing"

	"ecrmirror/internal/allow"
	"ecrmirror/internal/imagename"
)

const setting = "--allow-source or env MIRROR_ALLOWED_SOURCES"

func list(t testing.TB, patterns ...string) allow.List {
	t.Helper()
	l, err := allow.Parse(setting, patterns)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func parse(t testing.TB, s string) imagename.Name {
	t.Helper()
	name, err := imagename.ParseImage(s)
	if err != nil {
		t.Fatal(err)
	}
	return name
}

const ecr = "123456789012.dkr.ecr.us-east-1.amazonaws.com"

func TestPatterns(t *testing.T) {
	for _, c := range []struct{ pattern, name, want string }{
		{"docker.io/library/alpine", "alpine", "yes"},
		{"docker.io/alpine", "alpine:3", "yes"},
		{"docker.io/*", "alpine:3", "yes"}, // as Docker reads it: library/*
		{"docker.io/*", "org/app", "no"},
		{"docker.io/**", "org/app", "yes"},
		{"docker.io", "alpine", "yes"},
		{"docker.io/org/*", "org/app:1", "yes"},
		{"docker.io/org/*", "org/team/app:1", "no"},
		{"docker.io/org/**", "org/team/app:1", "yes"},
		{"docker.io/org/**", "organ/app:1", "no"},
		{"docker.io/org/a*c", "org/abbc", "yes"},
		{"docker.io/org/a*c", "org/ac", "yes"},
		{"docker.io/org/a*b*a", "org/aba", "yes"},
		{"docker.io/org/a*b*a", "org/ab", "no"},
		{"docker.io/org/ab*ba", "org/aba", "no"}, // the ends may not share a letter
		{"docker.io/org", "org/app", "no"},
		{"ghcr.io/**", "ghcr.io/a", "yes"},
		{"ghcr.io/a/**", "ghcr.io/a", "no"},
		{"ghcr.io/**", "ghcr.io:5000/a", "no"},
		{"ghcr.io:5000", "ghcr.io:5000/a", "yes"},
		{"GHCR.io", "ghcr.io/a", "yes"},
		{"*.example.com/app", "r.example.com/app", "yes"},
		{"*.example.com/app", "r.s.example.com/app", "yes"},
		{"*.example.com/app", "example.com/app", "no"},
		{"*.example.com/app", "evilexample.com/app", "no"},
		{"*.example.com/app", "r.example.com:5000/app", "no"},
		{"*.example.com:*/app", "r.example.com:5000/app", "yes"},
		{"r.*/app", "r.io:5000/app", "no"}, // another port is another registry
		{"*/app", "r.io:5000/app", "yes"},
		{"*", ecr + "/app", "yes"},
		{"*", "oci:x", "no"},
		{"localhost:5000", "localhost:5000/a", "yes"},

		{"ecr:123456789012", ecr + "/app", "yes"},
		{"ecr:123456789012", ecr + "/team/app", "yes"},
		{"ecr:123456789012/team/*", ecr + "/team/app", "yes"},
		{"ecr:123456789012/team/*", ecr + "/app", "no"},
		{"ecr:123456789012/team/**", ecr + "/team/a/b", "yes"},
		{"ecr:123456789012", "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/app", "yes"},
		{"ecr:123456789012", "210987654321.dkr.ecr.us-east-1.amazonaws.com/app", "no"},
		{"ecr:123456789012", "123456789012.example.com/app", "no"},
		{"ecr:123456789012", "ghcr.io/123456789012/app", "no"},
		{"ecr:*/app", ecr + "/app", "yes"},
		{"ecr:*", "public.ecr.aws/aws/app", "no"},
		{ecr + "/app", ecr + "/app", "yes"},
		{ecr, "123456789012.dkr.ecr.us-east-2.amazonaws.com/app", "no"},
		{"123456789012.dkr-ecr-fips.us-east-1.on.aws/app", ecr + "/app", "yes"},
		{"public.ecr.aws/docker/library/*", "public.ecr.aws/docker/library/alpine", "yes"},
		{"public.ecr.aws/docker/**", "public.ecr.aws/dockers/alpine", "no"},
		{"ecr-public.aws.com/docker/**", "public.ecr.aws/docker/alpine", "yes"},

		{"oci:", "oci:a/b:1", "yes"},
		{"oci:", "dir:a", "no"},
		{"dir:/srv/**", "dir:/srv/a/b", "yes"},
		{"dir:/srv/**", "dir:/srv/../etc/a", "no"},
		{"dir:/srv/**", "dir:/srv", "no"},
		{"dir:/**", "dir:a", "yes"},
		{"oci:/srv/*", "oci:/srv/./a:1", "yes"},
		{"oci:/srv/*", "oci:/srv/a/b:1", "no"},
		{"oci:backup", "oci:x/../backup:1", "yes"},
		{"dir:/srv/*", "oci:/srv/a", "no"},
	} {
		l := list(t, "quay.io/other", c.pattern)
		if got := l.Allows(parse(t, c.name)); got != (c.want == "yes") {
			t.Errorf("%s matches %s: %v, want %s", c.pattern, c.name, got, c.want)
		}
	}
}

// spellings are ways to write one image, each line another one.
var spellings = [][]string{
	{
		"alpine", "alpine:3", "library/alpine", "docker.io/alpine", "docker.io/library/alpine:latest",
		"docker://alpine",
		"index.docker.io/library/alpine", "DOCKER.IO/library/alpine", "docker.io:443/library/alpine",
		"registry-1.docker.io/library/alpine",
		"registry-1.docker.io/alpine", "Registry-1.Docker.io:0443/library/alpine",
		"registry.hub.docker.com/library/alpine",
		"index.docker.io:443/library/alpine", "alpine@sha256:" + strings.Repeat("a", 64),
	},
	{"org/app", "docker.io/org/app", "registry-1.docker.io/org/app:1"},
	{"ghcr.io/org/app", "GHCR.io/org/app:1", "ghcr.io:443/org/app", "docker://ghcr.io:00443/org/app"},
	{
		ecr + "/team/app", "123456789012.DKR.ecr.us-east-1.amazonaws.com/team/app:1",
		"123456789012.dkr.ecr-fips.us-east-1.amazonaws.com/team/app",
		"123456789012.dkr-ecr.us-east-1.on.aws/team/app", "123456789012.dkr-ecr-fips.us-east-1.on.aws/team/app",
		"ecr.aws/arn:aws:ecr:us-east-1:123456789012:repository/team/app:1",
	},
	{
		"123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/team/app",
		"123456789012.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn/team/app",
		"ecr.aws/arn:aws-cn:ecr:cn-north-1:123456789012:repository/team/app",
	},
	{
		"public.ecr.aws/alias/app", "ecr-public.aws.com/alias/app:1", "PUBLIC.ecr.aws/alias/app",
		"public.ecr.aws:443/alias/app", "ecr-public.aws.com:443/alias/app",
	},
	{"localhost:5000/app", "LOCALHOST:5000/app", "localhost:05000/app:1"},
	{"oci:/srv/app:1", "oci:/srv/app", "oci:/srv//app/", "oci:/srv/x/../app:2"},
	{"dir:/srv/app", "dir:/srv/./app/"},
}

// patternsFor are for each of the spellings one that allows it.
var patternsFor = []string{
	"docker.io/library/alpine", "docker.io/org/app", "ghcr.io/org/app", "ecr:123456789012/team/*",
	"123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn",
	"public.ecr.aws/alias/*", "localhost:5000", "oci:/srv/*", "dir:/srv/*",
}

func TestEverySpellingOfAnImageIsJudgedAlike(t *testing.T) {
	for i, names := range spellings {
		for j, pattern := range patternsFor {
			l := list(t, pattern)
			want := i == j || i == 4 && j == 3 // the same account, in China
			for _, s := range names {
				if got := l.Allows(parse(t, s)); got != want {
					t.Errorf("%s allows %s: %v, want %v", pattern, s, got, want)
				}
			}
		}
	}
}

func TestWrongPatterns(t *testing.T) {
	for pattern, say := range map[string]string{
		"[::1]:5000":                 "is not a registry's host",
		"":                           "is empty",
		" ":                          "is empty",
		"alpine":                     `"alpine" is not a registry's host; Docker Hub's is docker.io`,
		"org/app":                    `"org" is not a registry's host; Docker Hub's is docker.io`,
		"docker.io/alpine:3":         "neither tag nor digest",
		"docker.io/alpine@sha256:aa": "neither tag nor digest",
		"docker.io/Alpine":           "no part of a repository's name",
		"docker.io//alpine":          "no part of a repository's name",
		"docker.io/":                 "no part of a repository's name",
		"docker.io/a/**/b":           "** stands at the end alone",
		"docker.io/a**":              "** stands at the end alone",
		"**":                         "is not a registry's host",
		"**/app":                     "is not a registry's host",
		"https://ghcr.io/a":          "has a URL scheme",
		"ecr:1234":                   `account "1234" is not 12 digits, or *`,
		"ecr:12345678901*":           "is not 12 digits",
		"ecr:":                       "is not 12 digits",
		"ecr:123456789012:app":       "is not 12 digits",
		"ecr:123456789012/app:1":     "neither tag nor digest",
		"ecr.aws/arn:aws:ecr:us-east-1:123456789012:repository/app": "is an ARN; write ecr:ACCOUNT/REPOSITORY",
		"arn:aws:ecr:us-east-1:123456789012:repository/app":         "is an ARN; write ecr:ACCOUNT/REPOSITORY",
		"*.dkr.ecr.us-east-1.amazonaws.com/app":                     "write ecr:ACCOUNT/REPOSITORY",
		"1234.dkr.ecr.us-east-1.amazonaws.com":                      `ECR account "1234" is not 12 digits`,
		"oci:/srv/**/a":                                             "** stands at the end alone",
		"oci:/srv/app:1":                                            "has a colon",
		"ghcr.io/a\nb":                                              "no part of a repository's name",
		"ghcr io/a":                                                 "is not a registry's host",
	} {
		_, err := allow.Parse(setting, []string{"ghcr.io", pattern})
		if err == nil || !strings.Contains(err.Error(), say) || strings.Contains(err.Error(), "\n") ||
			!strings.Contains(err.Error(), setting) {
			t.Errorf("%q: %v, want it to say %q", pattern, err, say)
		}
	}
}

func TestNoPatternAllowsAll(t *testing.T) {
	var none allow.Lists
	for _, names := range spellings {
		if err := errors.Join(none.Source(parse(t, names[0])), none.Destination(parse(t, names[0]))); err != nil {
			t.Error(err)
		}
	}
}

func TestARefusalNamesTheListAndTheSetting(t *testing.T) {
	lists := allow.Lists{Sources: list(t, "ghcr.io"), Destinations: list(t, "quay.io")}
	const want = "not allowed: it is not among the allowed sources (--allow-source or env MIRROR_ALLOWED_SOURCES)"
	var refused *allow.RefusedError
	if err := lists.Source(parse(t, "alpine:3")); !errors.As(err, &refused) || err.Error() != want ||
		refused.Name != parse(t, "alpine:3") {
		t.Errorf("%v, want %s", err, want)
	}
	if err := lists.Destination(parse(t, "alpine:3")); !errors.As(err, &refused) || refused.What != "destinations" {
		t.Errorf("%v", err)
	}
}

// FuzzARefusedNameHasNoAllowedSpelling looks for a name that a list refuses and that has another
// way to be written which it allows, for all that [imagename.ParseImage] takes.
func FuzzARefusedNameHasNoAllowedSpelling(f *testing.F) {
	for i, names := range spellings {
		for _, s := range names {
			f.Add(s, patternsFor[i])
		}
	}
	f.Add("r.io:443/a", "*:443/a")
	f.Fuzz(func(t *testing.T, s, pattern string) {
		name, err := imagename.ParseImage(s)
		if err != nil {
			return
		}
		l, err := allow.Parse(setting, []string{pattern})
		if err != nil {
			return
		}
		want := l.Allows(name)
		for _, other := range otherSpellings(name) {
			again, err := imagename.ParseImage(other)
			if err != nil {
				continue // there is no such way to write it
			}
			if got := l.Allows(again); got != want {
				t.Errorf("%q allows %s: %v, and %s: %v", pattern, name, want, other, got)
			}
		}
	})
}

// otherSpellings returns ways to write a name, not all of which are there for each.
func otherSpellings(n imagename.Name) []string {
	list := []string{n.String()}
	switch n.Kind {
	case imagename.OCILayout, imagename.Directory:
		return list
	case imagename.ECR:
		for _, fips := range []bool{false, true} {
			for _, dualStack := range []bool{false, true} {
				r := n.ECR
				r.FIPS, r.DualStack = fips, dualStack
				list = append(list, r.Host()+"/"+n.Repository, strings.ToUpper(r.Host())+"/"+n.Repository)
			}
		}
		return append(list,
			"ecr.aws/arn:"+n.ECR.Partition+":ecr:"+n.ECR.Region+":"+n.ECR.Account+":repository/"+n.Repository)
	}
	hosts := []string{n.Host, strings.ToUpper(n.Host), n.Host + ":443"}
	if n.Host == "docker.io" {
		hosts = append(hosts, "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com")
		// no host
		if first, _, _ := strings.Cut(n.Repository, "/"); !strings.ContainsAny(first, ".:") && first != "localhost" {
			list = append(list, n.Repository)
		}
	}
	if n.Host == "public.ecr.aws" {
		hosts = append(hosts, "ecr-public.aws.com", "ecr-public.aws.com:443")
	}
	for _, host := range hosts {
		if !strings.Contains(host, ".") && !strings.Contains(host, ":") && host != "localhost" {
			continue // upper case without a dot is a repository of Docker Hub's, or nothing
		}
		list = append(list, host+"/"+n.Repository, "docker://"+host+"/"+n.Repository+":another")
	}
	return list
}

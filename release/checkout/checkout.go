// Package checkout reads a Git checkout: which version its commit is, and that commit's files.
package checkout

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Checkout is the commit that a directory has checked out.
type Checkout struct {
	Dir     string
	Commit  string // its hash
	Time    time.Time
	Version string // a tag such as v1.2.3, or v0.0.0-TIME-COMMIT where the commit has none
	Tagged  bool
}

// Read returns what dir has checked out. It is an error for it to have changes that are not committed. tag
// says which version it is where the commit has several tags of versions; "" is for the only one.
func Read(ctx context.Context, dir, tag string) (Checkout, error) {
	c := Checkout{Dir: dir}
	changes, err := c.git(ctx, nil, "status", "--porcelain", "--untracked-files=normal", "-z")
	if err != nil {
		return Checkout{}, err
	}
	if len(changes) > 0 {
		return Checkout{}, dirtyError(changes)
	}
	if c.Commit, c.Time, err = c.head(ctx); err != nil {
		return Checkout{}, err
	}
	tags, err := c.git(ctx, nil, "tag", "--points-at", "HEAD")
	if err != nil {
		return Checkout{}, err
	}
	c.Version, err = version(strings.Fields(string(tags)), tag)
	c.Tagged = c.Version != ""
	if !c.Tagged {
		// As Go names a commit without a tag, which depends on nothing but the commit.
		c.Version = "v0.0.0-" + c.Time.Format("20060102150405") + "-" + c.Commit[:12]
	}
	return c, err
}

// head returns the commit that is checked out, and its time.
func (c Checkout) head(ctx context.Context) (commit string, at time.Time, err error) {
	// a file may be named HEAD, too
	head, err := c.git(ctx, nil, "-c", "log.showSignature=false", "show", "-s", "--format=%H %ct", "HEAD", "--")
	if err != nil {
		return "", time.Time{}, err
	}
	commit, seconds, _ := strings.Cut(strings.TrimSpace(string(head)), " ")
	unix, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return "", time.Time{}, fmt.Errorf("the time of commit %s: %w", commit, err)
	}
	return commit, time.Unix(unix, 0).UTC(), nil
}

// versionTag matches a tag that is a version: https://semver.org without build metadata, for "+" is in no
// tag of an image.
var versionTag = regexp.MustCompile(`^v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$`)

// version returns which of a commit's tags is its version: the wanted one, or the only one, or "" for none.
func version(tags []string, wanted string) (string, error) {
	versions := slices.DeleteFunc(slices.Clone(tags), func(tag string) bool { return !versionTag.MatchString(tag) })
	switch {
	case wanted != "" && !versionTag.MatchString(wanted):
		return "", fmt.Errorf("tag %q is no version like v1.2.3", wanted)
	case wanted != "" && !slices.Contains(versions, wanted):
		return "", fmt.Errorf("tag %s is not at the commit that is checked out: git checkout %s", wanted, wanted)
	case wanted != "":
		return wanted, nil
	case len(versions) > 1:
		return "", fmt.Errorf("the commit has the tags %s: say which with TAG=%s",
			strings.Join(versions, " and "), versions[len(versions)-1])
	case len(versions) == 1:
		return versions[0], nil
	}
	return "", nil
}

// dirtyError names the changes that `git status --porcelain -z` told of.
func dirtyError(status []byte) error {
	const most = 10
	var list strings.Builder
	changes := strings.Split(strings.TrimSuffix(string(status), "\x00"), "\x00")
	for i, change := range changes {
		if i == most {
			fmt.Fprintf(&list, "\n  and %d more", len(changes)-most)
			break
		}
		fmt.Fprintf(&list, "\n  %s", printable(change))
	}
	return errors.New("the checkout has changes that are not committed; commit or remove them:" + list.String())
}

// printable quotes a name that is more than plain characters.
func printable(name string) string {
	if quoted := strconv.Quote(name); quoted != `"`+name+`"` {
		return quoted
	}
	return name
}

// git runs git with input and returns what it prints. What a user's settings say about files' content, and
// replacements of objects, do not count.
func (c Checkout) git(ctx context.Context, input []byte, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"--no-replace-objects", "-C", c.Dir}, args...)...)
	cmd.Stdin = bytes.NewReader(input)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("git %s: %w", strings.Join(args, " "), err)
	}
	return out, nil
}

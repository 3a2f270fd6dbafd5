package request

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/jsonscan"
)

// Options are how a request differs from a plain copy, which is the zero value. Two requests are the same work only if
// their options are equal.
type Options struct {
	Kind Kind
	// Platforms are those that are copied of an index, as [platforms.Filter.String] has them; "" is all of them.
	Platforms string
	// Artifacts are those that come with the images, as [artifacts.Filter.String] has them; "" leaves it to the
	// program's setting.
	Artifacts string
	// ArtifactsFrom is the repository that has the artifacts; "" is that of the images.
	ArtifactsFrom string
	// ArtifactsRequired has an image fail that would come without its artifacts.
	ArtifactsRequired bool
	// Verify is the policy of who must have signed the images, as [policy.Policy.String] has it; "" leaves it to the
	// program's setting.
	Verify string
}

// optionsVersion is the version of the options' encoding. It goes up when a member that exists changes its meaning; a
// program refuses a member that it does not know by its name.
const optionsVersion = 1

// Members of the options' encoding.
const (
	memberArtifacts = "artifacts"
	memberFrom      = "artifactsFrom"
	memberKind      = "kind"
	memberPlatforms = "platforms"
	memberRequired  = "artifactsRequired"
	memberVerify    = "verify"
	memberVersion   = "version"
)

// Default reports whether the options ask for a plain copy.
func (o Options) Default() bool { return o == Options{} }

// String returns the options as JSON, which [ParseOptions] reads. It is canonical: equal options give the same bytes,
// members are sorted, and one that has its default is left out. Options of a plain copy are {}.
func (o Options) String() string {
	members := map[string]any{}
	if o.Kind != Copy {
		members[memberKind] = o.Kind.String()
	}
	if o.Platforms != "" {
		members[memberPlatforms] = strings.Split(o.Platforms, ",")
	}
	if o.Artifacts != "" {
		members[memberArtifacts] = strings.Split(o.Artifacts, ",")
	}
	if o.ArtifactsFrom != "" {
		members[memberFrom] = o.ArtifactsFrom
	}
	if o.ArtifactsRequired {
		members[memberRequired] = true
	}
	if o.Verify != "" {
		members[memberVerify] = json.RawMessage(o.Verify)
	}
	document, err := json.Marshal(members)
	if err != nil {
		return contract.DefaultOptions // cannot be: they are strings
	}
	return string(document)
}

// ParseOptions parses options, a JSON object as people and programs write it: {} for a plain copy. Its members are
// kind, one of copy (the default), artifacts, publish and delete; platforms, a list as of [platforms.Parse]; artifacts,
// a list as of [artifacts.Parse]; artifactsFrom, a repository; artifactsRequired, true or false; verify, a list as of
// [policy.Parse]; and version, which is 1. Another member, kind or version is an error that names it, since options
// that are passed over would have another image published than the one that was asked for. So is a member that is
// there twice.
func ParseOptions(text string) (Options, error) {
	if name, is := strings.CutPrefix(text, "Ref::"); is {
		return Options{}, fmt.Errorf("the job definition has no default for its parameter %q, and the job no value: "+
			"give the definition the parameter %s=%s", name, contract.ParamOptions, contract.DefaultOptions)
	}
	document, err := jsonscan.Check([]byte(text))
	if err != nil {
		return Options{}, fmt.Errorf("are not JSON such as %s: %w", contract.DefaultOptions, err)
	}
	if !document.IsObject() {
		return Options{}, errors.New("are not a JSON object such as " + contract.DefaultOptions)
	}
	members, err := membersOf(document)
	if err != nil {
		return Options{}, err
	}
	// The version comes first: of another one it is not known which members there are.
	if value, is := members[memberVersion]; is {
		if err := checkVersion(value); err != nil {
			return Options{}, err
		}
		delete(members, memberVersion)
	}
	return parseMembers(members)
}

// membersOf returns the members of an object by their names.
func membersOf(object jsonscan.Value) (map[string]jsonscan.Value, error) {
	members := map[string]jsonscan.Value{}
	for quoted, value := range object.Members() {
		var name string
		if err := json.Unmarshal(quoted, &name); err != nil {
			return nil, fmt.Errorf("member %q: %w", quoted, err)
		}
		if _, again := members[name]; again {
			return nil, fmt.Errorf("member %q is there twice", name)
		}
		members[name] = value
	}
	return members, nil
}

func checkVersion(value jsonscan.Value) error {
	switch version, err := strconv.Atoi(string(value)); {
	case err != nil:
		return fmt.Errorf("version %q is not a whole number", value)
	case version != optionsVersion:
		return fmt.Errorf("version %d is not known, only %d: the program is older than what asked it",
			version, optionsVersion)
	}
	return nil
}

package listing

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"

	"ecrmirror/internal/registryclient/answer"
	"ecrmirror/internal/registryclient/wire"
)

// A LinkError says that a registry does not tell where the rest of a list is, so that it can't be read to its end.
type LinkError struct{ why string }

func (e *LinkError) Error() string {
	return "the list goes on, and its Link header " + e.why + "; a proxy before the registry may have changed it"
}

// Transient returns false.
func (e *LinkError) Transient() bool { return false }

// nextPage returns what a page's Link headers say of where the next one is; more is false if this is the last one. A
// link without a relation counts as one to the next page: rather too many pages than too few.
func nextPage(header http.Header) (target string, more bool, err error) {
	for _, value := range header.Values("Link") {
		for rest := strings.TrimLeft(value, " \t,"); rest != ""; rest = strings.TrimLeft(rest, " \t,") {
			inside, isLink := strings.CutPrefix(rest, "<")
			link, after, ends := strings.Cut(inside, ">")
			if !isLink || !ends {
				return "", false, &LinkError{"can't be read"}
			}
			var relation string
			relation, rest = relationIn(after)
			if !more && (relation == "" || isNext(relation)) {
				target, more = link, true
			}
		}
	}
	return target, more, nil
}

// relationIn returns the relation among a link's parameters (RFC 8288, 3), "" if there is none, and what comes after
// them.
func relationIn(s string) (relation, rest string) {
	for {
		s = strings.TrimLeft(s, " \t")
		after, ok := strings.CutPrefix(s, ";")
		if !ok {
			return relation, s
		}
		end := strings.IndexAny(after, "=;,")
		if end < 0 {
			return relation, ""
		}
		name, value := strings.TrimSpace(after[:end]), ""
		s = after[end:]
		if s[0] == '=' {
			value, s = parameter(s[1:])
		}
		if strings.EqualFold(name, "rel") && relation == "" {
			relation = value
		}
	}
}

// parameter returns the value of a parameter, in quotes or not, and what comes after it.
func parameter(s string) (value, rest string) {
	s = strings.TrimLeft(s, " \t")
	if quoted, ok := strings.CutPrefix(s, `"`); ok {
		value, rest, _ = strings.Cut(quoted, `"`)
		return value, rest
	}
	end := strings.IndexAny(s, ";,")
	if end < 0 {
		end = len(s)
	}
	return strings.TrimSpace(s[:end]), s[end:]
}

func isNext(relations string) bool {
	for relation := range strings.FieldsSeq(relations) {
		if strings.EqualFold(relation, "next") {
			return true
		}
	}
	return false
}

// follow returns the URL of the next page, which a page at a URL has in a link. Of the link only the query counts, in
// which the registry says where to go on: the host, the port, the scheme and the path stay those that were asked. So
// what proxies break in a link does no harm, and no login gets to another place. A link to another host, or to what is
// not such a list, is a [*LinkError].
func follow(asked *url.URL, link string) (*url.URL, error) {
	to, err := asked.Parse(link)
	switch {
	case err != nil:
		return nil, &LinkError{"is not a URL"}
	case to.Opaque != "" || to.Scheme != asked.Scheme && to.Scheme != "http" && to.Scheme != "https":
		return nil, &LinkError{"is not an HTTP URL"}
	case !strings.EqualFold(to.Hostname(), asked.Hostname()):
		host := "what is not a host"
		if wire.IsPlain(to.Host) {
			host = to.Host
		}
		return nil, &LinkError{fmt.Sprintf("leads from %s to %s, which is not asked", asked.Host, host)}
	case !sameList(asked.Path, to.Path):
		return nil, &LinkError{fmt.Sprintf("leads to %q, which is another list", answer.Short(to.Path))}
	}
	next := *asked
	next.RawQuery = to.RawQuery
	return &next, nil
}

// sameList reports whether paths are of the same kind of list, whatever a proxy puts before it or takes away.
func sameList(a, b string) bool {
	if path.Base(a) != path.Base(b) {
		return false
	}
	return path.Base(a) != "list" || path.Base(path.Dir(b)) == "tags"
}

// errLoop says that a registry tells to go on with a page that was read already.
var errLoop = errors.New("the list goes on with a page that it had before")

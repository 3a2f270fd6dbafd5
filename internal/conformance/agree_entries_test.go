package conformance

import (
	"fmt"
	"slices"
	"strings"
)

// at draws a source repository. Those with something wrong are rare, so that something is copied.
func (g *agreeWriter) at() *agreeRepository {
	for {
		r := pick(g, g.source.repositories...)
		switch {
		case strings.HasSuffix(r.name, headless) && !g.headless:
		case isBad(r.name) && g.odds(75), r.host == limitedHost && g.odds(40):
		case strings.Contains(r.name, "/old/") && g.odds(90): // which is not allowed
		case r.host == limitedHost:
			g.has("a rate-limited registry")
			return r
		default:
			return r
		}
	}
}

// repeats reports whether an entry has a source already, so that another is to be drawn: mostly.
func (g *agreeWriter) repeats(source string) bool {
	source = canonical(source)
	if g.taken[source] && g.odds(97) {
		return true
	}
	g.taken[source] = true
	return false
}

// isBad reports whether a source's name says that something is wrong with it.
func isBad(name string) bool {
	for _, element := range strings.Split(name, "/") {
		switch element {
		case cutList, brokenList, refusedList, headless, unreadable:
			return true
		}
	}
	return false
}

// image makes an entry one of an image.
func (g *agreeWriter) image(e *agreeEntry) {
	e.kind = "image"
	r := g.at()
	tag := pick(g, r.tags...)
	source, known := r.String()+":"+tag.name, true
	switch n := g.IntN(100); {
	case n < 8:
		source, known = r.String()+":none", false
		g.has("an image that does not exist")
	case n < 14:
		source, known = r.String(), false // latest
	case n < 20:
		source = g.source.imageNamed(r, tag.image)
		g.has("a digest")
	case n < 26:
		source += "@" + g.source.images[tag.image].digest
		g.has("a tag and a digest")
	case n < 28:
		source, known = source+"@"+g.source.images[(tag.image+1)%agreeImages].digest, false
	case n < 30:
		source, known = fmt.Sprintf("%s/%s/none:1", sourceHost, g.prefix), false
		g.has("a repository that does not exist")
	}
	if g.repeats(source) {
		g.image(e)
		return
	}
	var to []string
	for range 1 + g.IntN(10)/4 {
		if d := g.destination(tag, known, strings.Contains(source, "@")); !slices.Contains(to, d) {
			to = append(to, d)
		}
	}
	e.source = g.spelled(source)
	e.fields["source"], e.fields["destinations"] = g.quote(e.source), g.list(to...)
}

// spelled writes a name in another way that means the same.
func (g *agreeWriter) spelled(name string) string {
	if rest, ok := strings.CutPrefix(name, hubHost+"/"); ok {
		g.has("Docker Hub")
		short := strings.TrimPrefix(rest, "library/")
		return pick(g, name, rest, short, "registry-1.docker.io/"+rest, "docker://"+name, "index.docker.io/"+rest)
	}
	if g.odds(10) {
		return "docker://" + name
	}
	return name
}

// destination draws a destination of an image, and what it has before. Fixed says that the source has a digest.
func (g *agreeWriter) destination(tag agreeTag, known, fixed bool) string {
	if len(g.writes) > 0 && g.odds(3) {
		g.has("a conflict")
		return pick(g, g.writes...)
	}
	repository := g.repositoryAt()
	to := repository
	switch n := g.IntN(100); {
	case n < 10: // latest
	case n < 70:
		to += ":" + tag.name
	default:
		to += ":" + pick(g, "v1", "prod", "2024")
	}
	if slices.Contains(g.writes, to) {
		return g.destination(tag, known, fixed)
	}
	g.writes = append(g.writes, to)
	g.before(to, tag, known)
	if to != repository && (g.odds(1) || fixed && known && g.odds(30)) {
		g.has("a destination with a digest")
		to += "@" + g.source.images[tag.image].digest
	}
	return to
}

// before draws what a destination has before anything is mirrored.
func (g *agreeWriter) before(to string, tag agreeTag, known bool) {
	if strings.Contains(to, "/missing/") || strings.Contains(to, "/"+denied+"/") || g.odds(60) {
		return
	}
	there := agreeTarget{to, g.IntN(agreeImages)}
	if known && g.odds(50) {
		there.image = tag.image
	}
	g.there = append(g.there, there)
}

// repositoryAt draws a repository of destinations, which no other entry has, but for those of ECR.
func (g *agreeWriter) repositoryAt() string {
	g.last++
	switch n := g.IntN(100); {
	case n < 8:
		g.has("ECR")
		return homeECR + "/" + g.prefix + pick(g, "/e1", "/e2")
	case n < 10:
		g.has("ECR: immutable tags")
		return homeECR + "/" + g.prefix + "/fixed"
	case n < 12:
		g.has("ECR: no repository")
		return fmt.Sprintf("%s/%s/missing/%d", homeECR, g.prefix, g.last)
	case n < 19:
		g.has("pushes are refused")
		return fmt.Sprintf("%s/%s/%s/%d", targetHost, g.prefix, denied, g.last)
	case n < 45 && g.busy && g.kinds["manifests are refused for now"] == 0:
		g.has("manifests are refused for now")
		return fmt.Sprintf("%s/%s/%s/%d", targetHost, g.prefix, busy, g.last)
	}
	return fmt.Sprintf("%s/%s/d%d", pick(g, targetHost, targetHost, otherHost), g.prefix, g.last)
}

// repository makes an entry a selection of a repository.
func (g *agreeWriter) repository(e *agreeEntry) {
	e.kind = "repository"
	r := g.at()
	if g.repeats(r.String()) {
		g.repository(e)
		return
	}
	e.source = g.spelled(r.String())
	g.selection(e, func() string {
		switch n := g.IntN(100); {
		case n < 6 && g.last > 0:
			g.has("a repository that two selections may have")
			return fmt.Sprintf("%s/%s/d%d", targetHost, g.prefix, 1+g.IntN(g.last))
		case n < 40:
			return g.template()
		}
		return g.repositoryAt()
	})
}

// namespace makes an entry a selection of a namespace.
func (g *agreeWriter) namespace(e *agreeEntry) {
	e.kind = "namespace"
	path := pick(g, sourceHost+"/"+g.prefix+"/team", sourceHost+"/"+g.prefix, googleHost+"/"+g.prefix,
		homeECR+"/"+g.prefix, sourceHost+"/"+g.prefix+"/old", sourceHost+"/"+g.prefix+"/nothing")
	e.source = path + "/**"
	if g.repeats(e.source) {
		g.namespace(e)
		return
	}
	if g.odds(85) {
		members, all := map[string]string{}, g.reposMembers()
		for _, name := range sortedKeys(all) {
			if name == "exclude" || g.odds(40) {
				members[name] = all[name]()
				g.has("repos " + name)
			}
		}
		e.fields["repos"] = flow(members)
	}
	g.selection(e, func() string {
		if g.odds(6) {
			g.has("a destination that is refused once it is known")
			return "forbidden.test/{repository}"
		}
		return g.template()
	})
}

// reposMembers are the members of what chooses repositories, and what writes them.
func (g *agreeWriter) reposMembers() map[string]func() string {
	return map[string]func() string{
		"include": func() string {
			return g.list(pick(g, [][]string{
				{g.prefix + "/**"}, {g.prefix + "/team/*"}, {"**/web", "**/api", "**/svc"}, {"**/{app,job,base}"},
			}...)...)
		},
		"exclude": func() string {
			return g.list(pick(g, [][]string{
				{"**/{cut,broken,refused}", "**/e?", "**/missing/**", "**/headless"},
				{"**/{cut,broken,refused,headless}", "**/fixed", "**/tmp-*", "**/e*"},
				{"**/tmp-*", "**/headless"},
			}...)...)
		},
	}
}

// template draws a destination for several repositories.
func (g *agreeWriter) template() string {
	g.last++
	g.has("a template")
	at := fmt.Sprintf("%s/%s/n%d", pick(g, targetHost, otherHost), g.prefix, g.last)
	return pick(g, at+"/", at+"/{repository}", at+"-{name}", at+"/{name}/x",
		fmt.Sprintf("%s/%s/missing/%d/", homeECR, g.prefix, g.last))
}

// selection gives an entry rules, and destinations or those of the rules.
func (g *agreeWriter) selection(e *agreeEntry, to func() string) {
	e.fields["source"] = g.quote(e.source)
	if g.odds(15) {
		e.fields["tags"] = g.tags(true, to)
		if g.odds(50) {
			e.fields["destinations"] = "null"
		}
		return
	}
	e.fields["tags"] = g.tags(false, to)
	list := []string{to()}
	if g.odds(25) {
		list = append(list, to())
	}
	e.fields["destinations"] = g.list(list...)
}

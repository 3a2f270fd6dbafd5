package edit

import (
	"strings"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/imagename"
)

const shortName = "a short name is Docker Hub's"

// isShort reports whether a name was written without Docker Hub's host.
func isShort(written string, name imagename.Name) bool {
	return name.Host == "docker.io" && !strings.Contains(written, "docker.io/")
}

// meant says what an entry means beyond what is written.
func meant(e entry.Entry) (lines []string) {
	if e.IsSelection() {
		return places(e)
	}
	for _, name := range append([]string{e.Source}, e.Destinations...) {
		if more := assumed(name); more != "" {
			lines = append(lines, more)
		}
	}
	return lines
}

// assumed says what a name of an image means beyond what is written: "" if all of it is.
func assumed(written string) string {
	name, err := imagename.Parse(written)
	if err != nil || name.Repository == "" {
		return ""
	}
	var why []string
	if isShort(written, name) {
		why = append(why, shortName)
	}
	if name.IsRepository() {
		why = append(why, "no tag is latest")
	}
	if len(why) == 0 {
		return ""
	}
	return written + " means " + name.OrLatest().String() + ": " + strings.Join(why, ", and ")
}

// places says where the images of a selection go: a line for each destination. Of a namespace it takes one repository
// for example.
func places(e entry.Entry) (lines []string) {
	source, err := entry.ParseSelected(e.Source)
	if err != nil {
		return nil
	}
	from, example := source.Repository, ""
	if source.IsNamespace() {
		from = source.Namespace.Repository(strings.TrimPrefix(source.Namespace.Path+"/app", "/"))
		example = ", for example"
	}
	for _, text := range e.AllDestinations() {
		template, err := entry.ParseTemplate(text)
		if err != nil {
			continue
		}
		to, err := template.Repository(from)
		if err != nil {
			continue
		}
		line := from.String() + " goes to " + to.String() + example
		if isShort(e.Source, from) || isShort(text, to) {
			line += ": " + shortName
		}
		lines = append(lines, line)
	}
	return lines
}

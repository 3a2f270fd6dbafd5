package settings

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/images"
)

const (
	templateFlagName = "create-repositories"
	// CreateHint follows a command that creates a missing repository.
	CreateHint = "(or have it created, by --" + templateFlagName + " or env " + contract.EnvRepositoryTemplate + ")"
)

// templateFlag is where the template for missing repositories comes from.
type templateFlag struct {
	file     string // or the template itself
	document string // of the environment
}

// AddCreation adds the flag by which missing repositories are created, for programs that write images.
func (f *Registries) AddCreation(flags *pflag.FlagSet, getenv func(string) string) {
	f.template.document = getenv(contract.EnvRepositoryTemplate)
	flags.StringVar(&f.template.file, templateFlagName, "",
		"`FILE` with the JSON template of the ECR repositories that are created where they are missing, "+
			"or the template itself; {} has ECR's defaults (env "+
			contract.EnvRepositoryTemplate+" may hold the template)")
}

// Creates reports whether missing repositories are created.
func (f *Registries) Creates() bool { return f.template.file != "" || f.template.document != "" }

// apply reads and parses the template, if there is one.
func (f templateFlag) apply(opts *images.Options) (err error) {
	document, name := []byte(f.document), contract.EnvRepositoryTemplate
	switch {
	case strings.HasPrefix(f.file, "{"):
		document, name = []byte(f.file), "--"+templateFlagName
	case f.file != "":
		name = f.file
		if document, err = os.ReadFile(f.file); err != nil {
			return fmt.Errorf("repository template: %w", err)
		}
	case f.document == "":
		return nil
	}
	if opts.CreateRepositories, err = images.ParseRepositoryTemplate(document); err != nil {
		return fmt.Errorf("repository template %s: %w", name, err)
	}
	return nil
}

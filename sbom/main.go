// Command sbom writes the bill of materials of a Go program as CycloneDX JSON, from what the
// program itself says it was built from.
//
//	go run ./sbom -version v1.2.3 bin/mirror >mirror.cdx.json
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"ecrmirror/sbom/cyclonedx"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "sbom:", err)
		os.Exit(1)
	}
}

// run writes the bill of materials of the program that args name to out.
func run(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("sbom", flag.ContinueOnError)
	version := flags.String("version", "", "the program's own `version`")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return fmt.Errorf("%d programs are given: name one", flags.NArg())
	}
	program := flags.Arg(0)
	bill, err := cyclonedx.Read(program, filepath.Base(program), *version)
	if err != nil {
		return err
	}
	return bill.Write(out)
}

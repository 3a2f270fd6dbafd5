// Command localstack runs what the service needs of AWS on one port of this machine, with
// the real mirror and controller programs as AWS Batch jobs.
//
//	go run -tags containers_image_openpgp ./localstack
//
// See -h for its flags, and package ecrmirror/localstack/server for what it has.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"

	"ecrmirror/localstack/roles"
	"ecrmirror/localstack/server"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr)
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, "localstack:", err)
	if errors.Is(err, errUsage) {
		os.Exit(2)
	}
	os.Exit(1)
}

var accountID = regexp.MustCompile(`^[0-9]{12}$`)

// errUsage is a wrong command line.
var errUsage = errors.New("run localstack -h for help")

// run serves until ctx ends, and tells on out how to use it; what happens goes to log.
func run(ctx context.Context, args, environ []string, out, log io.Writer) (err error) {
	asked, err := parse(args, out)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	opts := asked.Options
	opts.Log = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{ReplaceAttr: shortened}))
	opts.JobEnvironment = networkEnvironment(environ)
	if opts.Dir == "" {
		if opts.Dir, err = os.MkdirTemp("", "localstack-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(opts.Dir)) }()
	}
	if opts.Programs == "" {
		opts.Programs = filepath.Join(opts.Dir, "bin")
		opts.Log.Info("building the programs mirror and controller")
		if err := buildPrograms(ctx, opts.Programs, environ, log); err != nil {
			return err
		}
	}
	asked.Options = opts
	return serve(ctx, asked, out)
}

// serve runs the server, and the registries, until ctx ends, and tells on out how to use them.
func serve(ctx context.Context, asked settings, out io.Writer) (err error) {
	s, err := server.Start(ctx, asked.Options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	ordinary, stop, err := startRegistries(ctx, asked.registries)
	defer func() { err = errors.Join(err, stop()) }()
	if err != nil {
		return err
	}
	if _, err := io.WriteString(out, welcome(s, asked.Programs, ordinary)); err != nil {
		return err
	}
	<-ctx.Done()
	asked.Log.Info("stopping")
	return nil
}

// A settings is what the command line asks for.
type settings struct {
	server.Options
	registries []ordinary
}

// add adds registries at addresses with commas between them.
func (s *settings) add(addrs string, referrers bool) {
	for addr := range strings.SplitSeq(addrs, ",") {
		s.registries = append(s.registries, ordinary{addr, referrers})
	}
}

// longestText is how many bytes of a text are logged: clients write names, paths and headers.
const longestText = 1000

// shortened returns an attribute as it is logged. What could steer a terminal the log quotes by itself.
func shortened(_ []string, a slog.Attr) slog.Attr {
	switch a.Value.Kind() {
	case slog.KindString, slog.KindAny:
		if text := a.Value.String(); len(text) > longestText {
			return slog.String(a.Key, strings.ToValidUTF8(text[:longestText], "?")+" ...")
		}
	}
	return a
}

// parse reads the command line. -h writes the help to out and gives flag.ErrHelp.
func parse(args []string, out io.Writer) (settings, error) {
	var opts settings
	flags := flagsOf(&opts)
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		flags.SetOutput(out)
		_, _ = io.WriteString(out, help)
		flags.PrintDefaults()
		return opts, err
	case err != nil:
		return opts, fmt.Errorf("%w; %w", err, errUsage)
	case flags.NArg() > 0:
		return opts, fmt.Errorf("unexpected argument %q; %w", flags.Arg(0), errUsage)
	}
	return opts, check(opts.Options)
}

// flagsOf returns the flags that set the options.
func flagsOf(opts *settings) *flag.FlagSet {
	flags := flag.NewFlagSet("localstack", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&opts.Addr, "addr", "127.0.0.1:4566", "`host:port` to listen on; port 0 takes a free one")
	flags.StringVar(&opts.Dir, "dir", "",
		"`directory` for blobs, jobs and built programs (default: a temporary one, removed at the end)")
	flags.StringVar(&opts.Programs, "programs", "",
		"`directory` with the programs mirror and controller (default: they are built)")
	flags.StringVar(&opts.Account, "account", "111122223333", "home `account`, 12 digits")
	flags.StringVar(&opts.Region, "region", "us-east-1", "home `region`")
	flags.StringVar(&opts.Roles, "roles", roles.Default,
		"the service's roles are those of this `variant` of its settings: "+strings.Join(roles.Variants(), ", "))
	flags.BoolVar(&opts.AnySignature, "any-signature", false,
		"take requests whatever their signatures are, of clients that can't sign")
	flags.BoolVar(&opts.NoEvents, "no-events", false, "pushes to ECR start no jobs")
	flags.IntVar(&opts.PutImageRate, "put-image-rate", 0,
		"`calls` of ECR's PutImage a second that an account may make in a region; 0 is any number, ECR's quota is 10")
	flags.Func("insecure-registry", "`host:port` of another registry that jobs may reach without TLS; may be repeated",
		func(host string) error {
			opts.InsecureRegistries = append(opts.InsecureRegistries, host)
			return nil
		})
	flags.Func("registries",
		"`host:port[,host:port...]` of ordinary registries to serve besides, the first of which has sample images",
		func(list string) error {
			opts.add(list, true)
			return nil
		})
	flags.Func("registries-without-referrers",
		"`host:port[,host:port...]` of more of them, which have no referrers API",
		func(list string) error {
			opts.add(list, false)
			return nil
		})
	return flags
}

// check refuses an unknown variant of the roles, a rate below 0, and an account that is not 12 digits.
func check(opts server.Options) error {
	switch {
	case !slices.Contains(roles.Variants(), opts.Roles):
		return fmt.Errorf("invalid value %q for flag -roles: must be %s; %w", opts.Roles,
			strings.Join(roles.Variants(), ", "), errUsage)
	case opts.PutImageRate < 0:
		return fmt.Errorf("invalid value \"%d\" for flag -put-image-rate: must not be below 0; %w", opts.PutImageRate,
			errUsage)
	case !accountID.MatchString(opts.Account):
		return fmt.Errorf("invalid value %q for flag -account: must be 12 digits; %w", opts.Account, errUsage)
	}
	return nil
}

package roles_test

import (
	"go/ast"
	"go/types"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

const (
	module = "ecrmirror/"
	sdk    = "github.com/aws/aws-sdk-go-v2/service/"
)

// The code of the programs: what calls what, and which requests to AWS it makes.
type code struct {
	functions map[string]*function // by full name
	types     map[string]*typeInfo // by full name
}

// A function is one of the module's. What its function literals do is its own.
type function struct {
	uses  []string // functions that its code names
	asks  []asked  // methods of interfaces, the same
	makes []string // types that its code names
	calls map[string]string
}

// An asked is a method of an interface that is called, whatever type has it.
type asked struct {
	by     *types.Interface
	method string
}

// A typeInfo is one of the module's types, with those of its methods that other modules may call
// through an interface, and all of them by name.
type typeInfo struct {
	pointer types.Type        // to it
	foreign []string          // full names
	methods map[string]string // full names by name
}

// load reads the packages of the programs.
func load(t *testing.T) code {
	t.Helper()
	list, err := packages.Load(&packages.Config{
		Context: t.Context(), Dir: "../..", BuildFlags: []string{"-tags=containers_image_openpgp"},
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedImports |
			packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo,
	}, module+"cmd/...", module+"internal/...")
	if err != nil || packages.PrintErrors(list) > 0 {
		t.Fatal("reading the code: ", err)
	}
	c := code{map[string]*function{}, map[string]*typeInfo{}}
	for _, p := range list {
		for _, file := range p.Syntax {
			c.addFile(p, file)
		}
		for _, name := range p.Types.Scope().Names() {
			if named, ok := p.Types.Scope().Lookup(name).(*types.TypeName); ok {
				c.addType(p, named)
			}
		}
	}
	return c
}

// initial stands for what initializes a package's variables.
const initial = ".init"

func (c code) addFile(p *packages.Package, file *ast.File) {
	for _, decl := range file.Decls {
		name := p.PkgPath + initial
		if d, ok := decl.(*ast.FuncDecl); ok {
			name = p.TypesInfo.Defs[d.Name].(*types.Func).FullName()
		}
		f := c.functions[name]
		if f == nil {
			f = &function{calls: map[string]string{}}
			c.functions[name] = f
		}
		if name != p.PkgPath+initial {
			f.uses = append(f.uses, p.PkgPath+initial)
		}
		ast.Inspect(decl, func(n ast.Node) bool {
			if asserts(n) {
				return false
			}
			if id, ok := n.(*ast.Ident); ok {
				f.add(p, id)
			}
			return true
		})
	}
}

// asserts reports a variable without a name, which asserts that a type fulfils an interface, and makes none.
func asserts(n ast.Node) bool {
	spec, ok := n.(*ast.ValueSpec)
	return ok && len(spec.Names) == 1 && spec.Names[0].Name == "_"
}

// add notes what an identifier in a function stands for.
func (f *function) add(p *packages.Package, id *ast.Ident) {
	switch object := p.TypesInfo.Uses[id].(type) {
	case *types.Func:
		if action := actionOf(object); action != "" {
			at := p.Fset.Position(id.Pos())
			f.calls[action] = at.Filename[strings.Index(at.Filename, "/"+topOf(p.PkgPath))+1:]
		}
		if object.Pkg() == nil {
			return
		}
		if receiver := object.Signature().Recv(); receiver != nil && types.IsInterface(receiver.Type()) {
			f.asks = append(f.asks, asked{receiver.Type().Underlying().(*types.Interface), object.Name()})
			return
		}
		f.uses = append(f.uses, object.Origin().FullName())
	case *types.TypeName:
		if object.Pkg() != nil {
			f.makes = append(f.makes, object.Pkg().Path()+"."+object.Name())
		}
	}
}

func topOf(pkg string) string {
	top, _, _ := strings.Cut(strings.TrimPrefix(pkg, module), "/")
	return top + "/"
}

var paginator = regexp.MustCompile(`^New([A-Z]\w*)(?:Paginator|Waiter)$`)

// actionOf returns the action of IAM that a function of the SDK's shape calls, as method of a client
// or of an interface: the operation's name, and an input of the service; "" if it is none.
func actionOf(f *types.Func) string {
	parameters := f.Signature().Params()
	for i := range parameters.Len() {
		pointer, ok := parameters.At(i).Type().(*types.Pointer)
		if !ok {
			continue
		}
		named, ok := pointer.Elem().(*types.Named)
		if !ok || named.Obj().Pkg() == nil || !strings.HasPrefix(named.Obj().Pkg().Path(), sdk) {
			continue
		}
		operation, ok := strings.CutSuffix(named.Obj().Name(), "Input")
		name := f.Name()
		if m := paginator.FindStringSubmatch(name); m != nil {
			name = m[1]
		}
		if ok && name == operation {
			return serviceOf(named.Obj().Pkg().Path()) + ":" + operation
		}
	}
	// The SDK's provider of credentials calls for whoever makes one.
	if f.Pkg() != nil && strings.HasSuffix(f.Pkg().Path(), "/credentials/stscreds") &&
		f.Name() == "NewAssumeRoleProvider" {
		return "sts:AssumeRole"
	}
	return ""
}

// serviceOf returns a service's prefix in IAM.
func serviceOf(pkg string) string {
	name := strings.TrimPrefix(pkg, sdk)
	if name == "ecrpublic" {
		return "ecr-public"
	}
	return name
}

// addType notes a type's methods, and which of them fulfil an interface of another module that
// the package or those that it imports know.
func (c code) addType(p *packages.Package, name *types.TypeName) {
	info := &typeInfo{pointer: types.NewPointer(name.Type()), methods: map[string]string{}}
	c.types[p.PkgPath+"."+name.Name()] = info
	if types.IsInterface(name.Type()) {
		return
	}
	methods := types.NewMethodSet(info.pointer)
	for i := range methods.Len() {
		if m, ok := methods.At(i).Obj().(*types.Func); ok {
			info.methods[m.Name()] = m.Origin().FullName()
		}
	}
	for _, i := range interfaces(p) {
		if !types.Implements(info.pointer, i) {
			continue
		}
		for m := range i.Methods() {
			info.foreign = append(info.foreign, info.methods[m.Name()])
		}
	}
	slices.Sort(info.foreign)
	info.foreign = slices.Compact(info.foreign)
}

// interfaces returns those of other modules that a package imports.
func interfaces(p *packages.Package) []*types.Interface {
	var list []*types.Interface
	for _, imported := range p.Types.Imports() {
		if strings.HasPrefix(imported.Path(), module) {
			continue
		}
		for _, name := range imported.Scope().Names() {
			object, ok := imported.Scope().Lookup(name).(*types.TypeName)
			if !ok {
				continue
			}
			if i, ok := object.Type().Underlying().(*types.Interface); ok && i.NumMethods() > 0 {
				list = append(list, i)
			}
		}
	}
	return list
}

// reached returns the calls to AWS that may be made from a function on, with a place for each,
// without going into those that stop.
func (c code) reached(from []string, stop func(string) bool) map[string]string {
	r := reach{
		code: c, stop: stop, seen: map[string]bool{}, made: map[string]bool{}, asked: map[asked]bool{},
		calls: map[string]string{},
	}
	for _, name := range from {
		r.function(name)
	}
	return r.calls
}

// A reach grows: functions that are reached, types that are made in them, and methods that are
// called through interfaces of types that are made.
type reach struct {
	code
	stop  func(string) bool
	seen  map[string]bool // functions
	made  map[string]bool // types
	asked map[asked]bool
	calls map[string]string
}

func (r *reach) function(name string) {
	f := r.functions[name]
	if f == nil || r.seen[name] || r.stop(name) {
		return
	}
	r.seen[name] = true
	for action, place := range f.calls {
		if old := r.calls[action]; old == "" || place < old { // always the same of several
			r.calls[action] = place
		}
	}
	for _, made := range f.makes {
		r.makes(made)
	}
	for _, used := range f.uses {
		r.function(used)
	}
	for _, a := range f.asks {
		r.asks(a)
	}
}

func (r *reach) makes(name string) {
	info := r.types[name]
	if info == nil || r.made[name] {
		return
	}
	r.made[name] = true
	for _, method := range info.foreign {
		r.function(method)
	}
	for a := range maps.Clone(r.asked) {
		r.answer(info, a)
	}
}

func (r *reach) asks(a asked) {
	if r.asked[a] {
		return
	}
	r.asked[a] = true
	for name := range maps.Clone(r.made) {
		r.answer(r.types[name], a)
	}
}

// answer goes on in the method of a type that fulfils the interface.
func (r *reach) answer(t *typeInfo, a asked) {
	if types.Implements(t.pointer, a.by) {
		r.function(t.methods[a.method])
	}
}

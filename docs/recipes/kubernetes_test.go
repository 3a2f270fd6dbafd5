package recipes

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

var manifests = []string{"kubernetes.yaml", "kubernetes-watch.yaml"}

// The recipe is for versions from the oldest on; the newest is that of the schemas.
const (
	oldestKubernetes = "1.31"
	newestKubernetes = "1.37"
)

// TestKubernetes holds the manifests to the published schemas, in which an unknown field is an error.
func TestKubernetes(t *testing.T) {
	t.Parallel()
	check := tool(t, "recipes-[0-9]*/bin/kubernetes-validate")
	validate := func(version string) validator {
		return quiet(t, check, append([]string{"--strict", "--quiet", "-k", version}, manifests...)...)
	}
	takes(t, validate(oldestKubernetes))
	takes(t, validate(newestKubernetes))
	refuses(t, validate(newestKubernetes),
		mistake{manifests[0], "readOnlyRootFilesystem", "readOnlyRootFileSystem", "'readOnlyRootFileSystem' was"},
		mistake{manifests[1], "apps/v1", "apps/v1beta1", "Couldn't find schema"})
	refuses(t, validate(newestKubernetes),
		mistake{manifests[0], "backoffLimit: 3", `backoffLimit: "3"`, "is not of type 'integer'"})
}

// TestKubernetesNames is of what a schema does not say: what one object names, another has.
func TestKubernetesNames(t *testing.T) {
	t.Parallel()
	holds(t, namesOfManifests,
		mistake{manifests[0], "- name: mirrors\n       ", "- name: entries\n       ", "no volume entries"},
		mistake{
			manifests[1], "configMap:\n            name: mirrors", "configMap:\n            name: entries",
			"no ConfigMap ecrmirror/entries",
		},
		mistake{
			manifests[1], "serviceAccountName: mirror", "serviceAccountName: ecrmirror",
			"no ServiceAccount ecrmirror/ecrmirror",
		})
}

// A pod is a PodSpec, as far as it names something.
type pod struct {
	ServiceAccountName string `yaml:"serviceAccountName"`
	Containers         []struct {
		VolumeMounts []struct{ Name string } `yaml:"volumeMounts"`
	}
	Volumes []struct {
		Name      string
		ConfigMap struct{ Name string } `yaml:"configMap"`
	}
}

// An object is one of Kubernetes, with the pods of a Deployment and of a CronJob.
type object struct {
	Kind     string
	Metadata struct{ Name, Namespace string }
	Data     map[string]string
	Spec     struct {
		Template    struct{ Spec pod }
		JobTemplate struct {
			Spec struct{ Template struct{ Spec pod } }
		} `yaml:"jobTemplate"`
	}
}

func namesOfManifests(dir string) error {
	all, err := objects(dir)
	if err != nil {
		return err
	}
	var has []string
	for _, o := range all {
		has = append(has, fmt.Sprintf("%s %s/%s", o.Kind, o.Metadata.Namespace, o.Metadata.Name))
	}
	for _, o := range all {
		for _, p := range []pod{o.Spec.Template.Spec, o.Spec.JobTemplate.Spec.Template.Spec} {
			for _, name := range p.names(o.Metadata.Namespace) {
				if !slices.Contains(has, name) {
					return errors.New("no " + name)
				}
			}
			if err := p.mounts(); err != nil {
				return err
			}
		}
	}
	return nil
}

// names returns the objects that the pod names.
func (p pod) names(namespace string) (names []string) {
	if p.ServiceAccountName != "" {
		names = append(names, "ServiceAccount "+namespace+"/"+p.ServiceAccountName)
	}
	for _, v := range p.Volumes {
		names = append(names, "ConfigMap "+namespace+"/"+v.ConfigMap.Name)
	}
	return names
}

func (p pod) mounts() error {
	var volumes []string
	for _, v := range p.Volumes {
		volumes = append(volumes, v.Name)
	}
	for _, c := range p.Containers {
		for _, m := range c.VolumeMounts {
			if !slices.Contains(volumes, m.Name) {
				return errors.New("no volume " + m.Name)
			}
		}
	}
	return nil
}

func objects(dir string) (all []object, err error) {
	for _, name := range manifests {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		for decoder := yaml.NewDecoder(strings.NewReader(string(text))); ; {
			var o object
			if err := decoder.Decode(&o); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			all = append(all, o)
		}
	}
	return all, nil
}

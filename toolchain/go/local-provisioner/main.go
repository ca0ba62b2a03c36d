// Command local-provisioner gives every claim of its StorageClass a folder on this node as a volume.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

// Pods run as any user. Who may read a volume is decided by fsGroup and the folder around all volumes.
const volumeMode = 0o777

type provisioner struct{ dir, node string }

// Provision makes the folder. The volume is of kind "local", not "hostPath": only for the former does the
// kubelet apply a pod's fsGroup.
func (p *provisioner) Provision(_ context.Context, options controller.ProvisionOptions) (*v1.PersistentVolume, controller.ProvisioningState, error) {
	if options.SelectedNodeName != "" && options.SelectedNodeName != p.node {
		return nil, controller.ProvisioningReschedule, fmt.Errorf("node %q is not %q", options.SelectedNodeName, p.node)
	}
	if options.PVC.Spec.Selector != nil {
		return nil, controller.ProvisioningFinished, errors.New("a claim with a selector cannot be provisioned")
	}
	path := filepath.Join(p.dir, strings.Join([]string{options.PVName, options.PVC.Namespace, options.PVC.Name}, "_"))
	if err := makeFolder(path); err != nil {
		return nil, controller.ProvisioningFinished, err
	}
	return p.volume(options, path), controller.ProvisioningFinished, nil
}

func makeFolder(path string) error {
	if err := os.MkdirAll(path, volumeMode); err != nil {
		return err
	}
	// MkdirAll obeys the umask.
	return os.Chmod(path, volumeMode)
}

func (p *provisioner) volume(options controller.ProvisionOptions, path string) *v1.PersistentVolume {
	mode := v1.PersistentVolumeFilesystem
	size := options.PVC.Spec.Resources.Requests[v1.ResourceStorage]
	onThisNode := v1.NodeSelectorRequirement{Key: v1.LabelHostname, Operator: v1.NodeSelectorOpIn, Values: []string{p.node}}
	return &v1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: options.PVName},
		Spec: v1.PersistentVolumeSpec{
			PersistentVolumeReclaimPolicy: *options.StorageClass.ReclaimPolicy,
			AccessModes:                   options.PVC.Spec.AccessModes,
			VolumeMode:                    &mode,
			Capacity:                      v1.ResourceList{v1.ResourceStorage: size},
			PersistentVolumeSource:        v1.PersistentVolumeSource{Local: &v1.LocalVolumeSource{Path: path}},
			NodeAffinity: &v1.VolumeNodeAffinity{Required: &v1.NodeSelector{NodeSelectorTerms: []v1.NodeSelectorTerm{
				{MatchExpressions: []v1.NodeSelectorRequirement{onThisNode}},
			}}},
		},
	}
}

// Delete removes the folder of a volume, and never one outside of its own place.
func (p *provisioner) Delete(_ context.Context, volume *v1.PersistentVolume) error {
	if volume.Spec.Local == nil || filepath.Dir(volume.Spec.Local.Path) != filepath.Clean(p.dir) {
		return &controller.IgnoredError{Reason: "volume lies outside of --dir"}
	}
	return os.RemoveAll(volume.Spec.Local.Path)
}

func newCommand() *cobra.Command {
	var kubeconfig, dir, node, name string
	command := &cobra.Command{
		Use:          "local-provisioner",
		Short:        "Give claims of a StorageClass folders on this node",
		SilenceUsage: true,
		RunE: func(*cobra.Command, []string) error {
			config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
			if err != nil {
				return err
			}
			client, err := kubernetes.NewForConfig(config)
			if err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
			defer stop()
			go func() {
				if err := (&expander{client, name}).run(ctx); err != nil {
					log.Fatal(err)
				}
			}()
			alone := controller.LeaderElection(false)
			controller.NewProvisionController(ctx, client, name, &provisioner{dir, node}, alone).Run(ctx)
			return nil
		},
	}
	command.Flags().StringVar(&kubeconfig, "kubeconfig", "", "kubeconfig file")
	command.Flags().StringVar(&dir, "dir", "", "folder of all volumes")
	command.Flags().StringVar(&node, "node", "", "name of this node")
	command.Flags().StringVar(&name, "name", "local.invalid/dir", "the StorageClass's provisioner")
	return command
}

func main() {
	if err := newCommand().Execute(); err != nil {
		os.Exit(1)
	}
}

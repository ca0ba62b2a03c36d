// Command network-policies enforces the NetworkPolicies of a single node. The firewall hands it the first packet of
// each new connection from or to a pod, and it says whether that may go on. It also keeps IPv6 off the pods' links,
// which neither the firewall nor the policies look at.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/kube-network-policies/pkg/api"
	"sigs.k8s.io/kube-network-policies/pkg/networkpolicy"
	"sigs.k8s.io/kube-network-policies/pkg/podinfo"
)

const (
	waitForCaches = time.Minute
	// Where libcni keeps what each network gave to each pod.
	networkNotes = "/var/lib/cni/results"
)

type options struct {
	kubeconfig, node, network, bridge string
	queue                             uint16
}

func run(opts options) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	go quietLinks(ctx, opts.bridge)
	pods := &addressBook{folder: networkNotes, network: opts.network}
	engine, err := startEngine(ctx, opts, pods)
	if err != nil {
		return err
	}
	if err := newGate(engine, pods).run(ctx, opts.queue); err != nil {
		return err
	}
	log.Printf("deciding on new connections of queue %d", opts.queue)
	<-ctx.Done()
	return nil
}

// startEngine returns once all policies, pods and namespaces are known.
func startEngine(ctx context.Context, opts options, addresses podinfo.IPResolver) (*networkpolicy.PolicyEngine, error) {
	config, err := clientcmd.BuildConfigFromFlags("", opts.kubeconfig)
	if err != nil {
		return nil, err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	factory := informers.NewSharedInformerFactory(client, 0)
	namespaces := factory.Core().V1().Namespaces()
	pods := factory.Core().V1().Pods()
	policies := factory.Networking().V1().NetworkPolicies()
	if err := pods.Informer().SetTransform(withoutManagedFields); err != nil {
		return nil, err
	}
	provider := podinfo.NewInformerProvider(pods, namespaces, nil, []podinfo.IPResolver{addresses})
	standard := networkpolicy.NewStandardNetworkPolicy(opts.node, namespaces, pods, policies)
	factory.Start(ctx.Done())

	synced, cancel := context.WithTimeout(ctx, waitForCaches)
	defer cancel()
	for kind, isSynced := range factory.WaitForCacheSync(synced.Done()) {
		if !isSynced {
			return nil, fmt.Errorf("the API did not list every %v within %v", kind, waitForCaches)
		}
	}
	return networkpolicy.NewPolicyEngine(provider, []api.PolicyEvaluator{standard}), nil
}

func withoutManagedFields(object any) (any, error) {
	if accessor, err := meta.Accessor(object); err == nil {
		accessor.SetManagedFields(nil)
	}
	return object, nil
}

func newCommand() *cobra.Command {
	var opts options
	command := &cobra.Command{
		Use:          "network-policies",
		Short:        "Decide on the new connections that a netfilter queue holds",
		Args:         cobra.NoArgs,
		SilenceUsage: true,
		RunE:         func(*cobra.Command, []string) error { return run(opts) },
	}
	flags := command.Flags()
	flags.StringVar(&opts.kubeconfig, "kubeconfig", "", "kubeconfig file")
	flags.StringVar(&opts.node, "node", "", "name of this node")
	flags.StringVar(&opts.network, "network", "", "name of the pods' network")
	flags.StringVar(&opts.bridge, "bridge", "", "name of the pods' bridge")
	flags.Uint16Var(&opts.queue, "queue", 0, "number of the netfilter queue")
	return command
}

func main() {
	if err := newCommand().Execute(); err != nil {
		os.Exit(1)
	}
}

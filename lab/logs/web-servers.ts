/** The web servers whose logs are recorded, each writing every format at once, and who speaks to them. */

import type { Server } from '../server.ts';

/** One file of each server: `<format>.log`. */
export const logFormats = ['common', 'combined', 'vhost', 'json'] as const;

const pages = `
mkdir -p $ROOM/pages
echo '<html><head><title>Lab</title></head><body><a href="/about.html">about</a></body></html>' > $ROOM/pages/index.html
cp $ROOM/pages/index.html $ROOM/pages/about.html
echo ok > $ROOM/pages/healthz
`;

/** The formats are those of each server's own documentation; nginx has no vhost format, but people write Apache's. */
export const webServers: Readonly<Record<'nginx' | 'apache', Server>> = {
  nginx: {
    packages: ['nginx'],
    prepare: `${pages}
cat > /etc/nginx/nginx.conf <<END
daemon off;
user root;
worker_processes 1;
error_log stderr;
pid /run/nginx.pid;
events {}
http {
  types { text/html html; }
  log_format common '\\$remote_addr - \\$remote_user [\\$time_local] "\\$request" \\$status \\$body_bytes_sent';
  log_format vhost '\\$host:\\$server_port \\$remote_addr - \\$remote_user [\\$time_local] "\\$request" \\$status '
                   '\\$body_bytes_sent "\\$http_referer" "\\$http_user_agent"';
  log_format json escape=json '{"time_iso8601":"\\$time_iso8601","remote_addr":"\\$remote_addr",'
    '"server_addr":"\\$server_addr","server_port":"\\$server_port","request":"\\$request","status":\\$status,'
    '"http_host":"\\$http_host","http_referer":"\\$http_referer","http_user_agent":"\\$http_user_agent",'
    '"http_cookie":"\\$http_cookie"}';
  access_log $ROOM/common.log common;
  access_log $ROOM/combined.log combined;
  access_log $ROOM/vhost.log vhost;
  access_log $ROOM/json.log json;
  server { listen 80; server_name target.lab; root $ROOM/pages; }
  client_body_temp_path /run/nginx; proxy_temp_path /run/nginx-proxy; fastcgi_temp_path /run/nginx-fastcgi;
  uwsgi_temp_path /run/nginx-uwsgi; scgi_temp_path /run/nginx-scgi;
}
END`,
    command: 'nginx -e stderr -c /etc/nginx/nginx.conf',
    ready: ['tcp/80'],
  },
  apache: {
    packages: ['apache2'],
    prepare: `${pages}
mkdir -p /run/apache2
cat > /etc/apache2/lab.conf <<END
ServerName target.lab
ServerRoot /etc/apache2
PidFile /run/apache2/pid
Listen 80
ErrorLog /dev/stderr
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule dir_module /usr/lib/apache2/modules/mod_dir.so
LoadModule mime_module /usr/lib/apache2/modules/mod_mime.so
TypesConfig /etc/mime.types
DocumentRoot $ROOM/pages
LogFormat "%h %l %u %t \\"%r\\" %>s %b" common
LogFormat "%h %l %u %t \\"%r\\" %>s %O \\"%{Referer}i\\" \\"%{User-Agent}i\\"" combined
LogFormat "%v:%p %h %l %u %t \\"%r\\" %>s %O \\"%{Referer}i\\" \\"%{User-Agent}i\\"" vhost
LogFormat "{\\"time\\":\\"%{%Y-%m-%dT%H:%M:%S%z}t\\",\\"remote_addr\\":\\"%a\\",\\"server_addr\\":\\"%A\\",\\"server_port\\":\\"%p\\",\\"method\\":\\"%m\\",\\"request\\":\\"%r\\",\\"status\\":%>s,\\"http_referer\\":\\"%{Referer}i\\",\\"http_user_agent\\":\\"%{User-Agent}i\\"}" json
CustomLog $ROOM/common.log common
CustomLog $ROOM/combined.log combined
CustomLog $ROOM/vhost.log vhost
CustomLog $ROOM/json.log json
END
touch /etc/mime.types`,
    command: 'apache2 -DFOREGROUND -f /etc/apache2/lab.conf',
    ready: ['tcp/80'],
  },
};

export interface LoggedRun {
  /** Shell lines of the client, at 10.77.0.2. */
  readonly command: string;
  /** Debian packages of what it runs. */
  readonly packages: readonly string[];
}

const scripts = [
  'http-title',
  'http-methods',
  'http-headers',
  'http-robots.txt',
  'http-favicon',
  'http-generator',
  'http-open-redirect',
  'http-shellshock',
  'http-trane-info',
  'http-unsafe-output-escaping',
  'http-userdir-enum',
  'http-waf-detect',
  'http-waf-fingerprint',
  'http-vuln-misfortune-cookie',
  'http-dlink-backdoor',
  'hnap-info',
  'http-rfi-spider',
  'http-sql-injection',
  'http-open-proxy',
].map((name) => `+${name}`);

/** By name. A run against a healthy site must stay silent in every log. */
export const runs: Readonly<Record<string, LoggedRun>> = {
  'nmap-service-detection': { command: 'nmap -n -Pn -sV -p 80 10.77.0.10', packages: ['nmap'] },
  'nmap-http-scripts': {
    command: `nmap -n -Pn -p 80 --script ${scripts.join(',')} 10.77.0.10`,
    packages: ['nmap'],
  },
  'nmap-no-agent': {
    command:
      "nmap -n -Pn -p 80 --script +http-waf-detect,+http-waf-fingerprint --script-args http.useragent='Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0' 10.77.0.10",
    packages: ['nmap'],
  },
  benign: {
    command: `
curl -s http://10.77.0.10/ -o page
curl -s http://10.77.0.10/missing -o page
curl -s -I http://10.77.0.10/about.html -o page
curl -s -0 http://10.77.0.10/healthz -o page
curl -s -A 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0' -e http://10.77.0.10/ http://10.77.0.10/about.html -o page
curl -s -A 'ELB-HealthChecker/2.0' http://10.77.0.10/healthz -o page
curl -s -A 'kube-probe/1.30' http://10.77.0.10/healthz -o page
curl -s -A 'say "hi" \\ \\x41 é' 'http://10.77.0.10/search?q=%22nmap%22&x=a%20b' -o page
curl -s -X OPTIONS http://10.77.0.10/ -o page
curl -s -d a=b http://10.77.0.10/form -o page
wget -q -O page http://10.77.0.10/
ab -q -n 20 -c 2 http://10.77.0.10/healthz > page
printf 'GET / HTTP/1.0\\r\\n\\r\\n' | timeout 2 nc 10.77.0.10 80 > page
printf '\\026\\003\\001\\002\\000\\001' | timeout 2 nc 10.77.0.10 80 > page
`,
    packages: ['curl', 'wget', 'apache2-utils', 'netcat-openbsd'],
  },
};
